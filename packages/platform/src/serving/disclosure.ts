/** What a service tells of itself: its inputs, and its card at the release level. Nothing from training rows but category names. */
import type { ServiceSchemaShape } from "@megalith/contract";
import type { Forest } from "@megalith/forest";
import type { CompiledService } from "./compiled.ts";
import type { Release } from "./published-service.ts";

const levels: readonly Release[] = ["none", "metrics", "structure", "parameters", "logic"];

/** The columns of a record with kinds, categories and an example. */
export function describeInputs({ service, champion }: CompiledService): ServiceSchemaShape {
  const { forest } = champion.answerer;
  const examples = exampleOf(champion.version.card);
  return {
    service: service.name,
    task: forest.task,
    target: champion.target,
    positive: champion.positive,
    classes: [...champion.classes],
    columns: forest.features.map((feature) => ({
      name: feature.name,
      kind: feature.kind,
      required: service.settings.required.includes(feature.name),
      ...(feature.categories === undefined ? {} : { categories: [...feature.categories] }),
      example: examples[feature.name] ?? defaultExample(feature.kind, feature.categories),
    })),
  };
}

/** The card, no more than the release level allows. */
export function releasedCard({ service, champion }: CompiledService) {
  const { release } = service.settings;
  const may = (level: Release): boolean => levels.indexOf(release) >= levels.indexOf(level);
  const { card } = champion.version;
  const { forest } = champion.answerer;
  return {
    service: service.name,
    title: service.title,
    release,
    version: { number: champion.version.number, sha256: champion.version.sha256 },
    task: forest.task,
    ...(may("metrics") ? { metrics: Object.fromEntries(Object.entries(card.metrics).map(([name, metric]) => [name, { ...metric }])) } : {}),
    ...(may("structure") ? { structure: structureOf(forest, card) } : {}),
    ...(may("parameters") ? { parameters: (card.parameters ?? {}) as Record<string, unknown> } : {}),
    ...(may("logic") ? { logic: [...logicOf(forest)] } : {}),
  };
}

function structureOf(forest: Forest, card: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    trees: forest.trees.nodeOffset.length - 1,
    leaves: forest.trees.leafValue.length,
    columns: forest.features.map((feature) => ({ name: feature.name, kind: feature.kind })),
    importances: card.importances ?? [],
  };
}

/** Each split in words of columns and values, tree by tree: enough to follow an answer by hand. A child below 0 is the leaf ~child. */
function* logicOf(forest: Forest): Generator<unknown> {
  const { trees, features } = forest;
  for (let tree = 0; tree + 1 < trees.nodeOffset.length; tree++) {
    const splits: unknown[] = [];
    for (let node = trees.nodeOffset[tree] as number; node < (trees.nodeOffset[tree + 1] as number); node++) {
      const feature = features[trees.feature[node] as number];
      const offset = trees.categoryOffset[node] as number;
      const test = offset < 0 ? { atMost: trees.threshold[node] } : { oneOf: categoriesLeft(forest, feature?.categories ?? [], offset) };
      splits.push({
        node,
        column: feature?.name,
        ...test,
        left: trees.left[node],
        right: trees.right[node],
        missing: trees.defaultLeft[node] === 1 ? "left" : "right",
      });
    }
    yield { tree, splits, leaves: [...trees.leafValue.subarray(trees.leafOffset[tree], trees.leafOffset[tree + 1])] };
  }
}

function categoriesLeft(forest: Forest, categories: readonly string[], offset: number): string[] {
  return categories.filter((_, code) => ((forest.trees.categoryBits[offset + (code >> 5)] as number) >>> (code & 31)) & 1);
}

type Cell = string | number | boolean | null;

function exampleOf(card: Readonly<Record<string, unknown>>): Record<string, Cell> {
  const example = card.example;
  return typeof example === "object" && example !== null ? (example as Record<string, Cell>) : {};
}

function defaultExample(kind: string, categories: readonly string[] | undefined): Cell {
  if (kind === "category") return categories?.[0] ?? null;
  if (kind === "boolean") return false;
  return kind === "date" ? "2026-01-31" : 1;
}
