/** Models: named lines of immutable versions, their cards, the champion and the trail of who changed it. */
import { type Static, Type } from "typebox";
import { defineRoute } from "./route.ts";
import { Actor, Id, List, Name, Time, VersionNumber } from "./shapes.ts";

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

export const MetricShape = Type.Object({
  value: Type.Number(),
  low: Type.Optional(Type.Number({ description: "Lower end of the 95% bootstrap interval." })),
  high: Type.Optional(Type.Number({ description: "Upper end of the 95% bootstrap interval." })),
  constant: Type.Optional(Type.Number({ description: "What answering every row alike would have scored." })),
});

export const VersionShape = Type.Object({
  id: Id("version"),
  model: Name,
  number: Type.Integer({ minimum: 1 }),
  sha256: Type.String({ description: "SHA-256 of the artifact's bytes." }),
  sizeBytes: Type.Integer(),
  task: Type.Union([Type.Literal("binary"), Type.Literal("multiclass"), Type.Literal("regression")]),
  metrics: Type.Record(Type.String(), MetricShape),
  createdAt: Time,
  createdBy: Actor,
  champion: Type.Boolean(),
});
export type VersionShape = Static<typeof VersionShape>;

export const VersionDetailShape = Type.Object({
  ...VersionShape.properties,
  /** The whole card: table, columns, parameters, seed, rounds, metrics, evaluation, warnings, leaks, importances. */
  card: Type.Record(Type.String(), Type.Unknown()),
});
export type VersionDetailShape = Static<typeof VersionDetailShape>;

export const AddedVersionShape = Type.Object({
  ...VersionDetailShape.properties,
  created: Type.Boolean({ description: "false: the model had a version of these bytes already, and this is it." }),
});
export type AddedVersionShape = Static<typeof AddedVersionShape>;

export const ModelShape = Type.Object({
  id: Id("model"),
  name: Name,
  createdAt: Time,
  createdBy: Actor,
  versionCount: Type.Integer(),
  champion: Nullable(VersionShape),
});
export type ModelShape = Static<typeof ModelShape>;

const ModelParams = Type.Object({ model: Name });
const VersionParams = Type.Object({ model: Name, number: VersionNumber });
const Note = Type.Optional(Type.String({ maxLength: 500, description: "Why, for the trail." }));
const Expected = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: 2_147_483_647,
    description: "The champion's number that you know of; another one refuses the change.",
  }),
);

export const ChampionShape = Type.Object({ number: Type.Integer(), sha256: Type.String(), from: Time, actor: Actor, note: Type.String() });

export const registryRoutes = {
  listModels: defineRoute({
    method: "GET",
    path: "/api/v1/models",
    summary: "Lists models with their champions.",
    description: "A model is named by its first training.",
    tag: "models",
    access: { kind: "provider", role: "viewer" },
    response: List(ModelShape),
  }),
  readModel: defineRoute({
    method: "GET",
    path: "/api/v1/models/{model}",
    summary: "One model.",
    description: "With its champion, the version that services answer with.",
    tag: "models",
    access: { kind: "provider", role: "viewer" },
    params: ModelParams,
    response: ModelShape,
    errors: ["registry.model_not_found"],
  }),
  listModelVersions: defineRoute({
    method: "GET",
    path: "/api/v1/models/{model}/versions",
    summary: "All versions of a model, newest first.",
    description: "Figures of quality with their 95% intervals; the card is in the version itself.",
    tag: "models",
    access: { kind: "provider", role: "viewer" },
    params: ModelParams,
    response: List(VersionShape),
    errors: ["registry.model_not_found"],
  }),
  addModelVersion: defineRoute({
    method: "POST",
    path: "/api/v1/models/{model}/versions",
    summary:
      "Adds a version from an artifact that `megalith train` wrote; its card may go before it: `mglcard1`, its length (u32, big-endian), its JSON.",
    description:
      "Bytes that the model has already add nothing: the version that has them is answered, with 200 and `created: false`, and its own card stays.",
    tag: "models",
    access: { kind: "provider", role: "engineer" },
    params: ModelParams,
    query: Type.Object({
      again: Type.Optional(Type.Boolean({ description: "true adds a version even when the model has one of the same bytes." })),
    }),
    streamedBody: ["application/octet-stream"],
    bodyLimitBytes: 1024 ** 3,
    status: 201,
    repeatStatus: 200,
    response: AddedVersionShape,
    errors: ["registry.artifact_invalid"],
  }),
  readModelVersion: defineRoute({
    method: "GET",
    path: "/api/v1/models/{model}/versions/{number}",
    summary: "One version with its card.",
    description: "The card says what the version was made of and how good it is; leaks and warnings come in the language asked for.",
    tag: "models",
    access: { kind: "provider", role: "viewer" },
    params: VersionParams,
    response: VersionDetailShape,
    errors: ["registry.model_not_found", "registry.version_not_found"],
  }),
  readArtifact: defineRoute({
    method: "GET",
    path: "/api/v1/models/{model}/versions/{number}/artifact",
    summary: "The artifact's bytes.",
    description: "The same bytes that `sha256` is of. `megalith predict` and `megalith explain` read them without a server.",
    tag: "models",
    access: { kind: "provider", role: "engineer" },
    params: VersionParams,
    responseType: "application/octet-stream",
    errors: ["registry.model_not_found", "registry.version_not_found", "registry.artifact_damaged"],
  }),
  promoteVersion: defineRoute({
    method: "PUT",
    path: "/api/v1/models/{model}/champion",
    summary: "Makes a version the champion; services that follow the champion answer with it at once.",
    description: "With `expected` the change is refused when somebody else made another version the champion meanwhile.",
    tag: "models",
    access: { kind: "provider", role: "engineer" },
    params: ModelParams,
    body: Type.Object({ number: VersionNumber, expected: Expected, note: Note }),
    response: ModelShape,
    errors: ["registry.model_not_found", "registry.version_not_found", "registry.champion_differs", "serving.champion_unfit"],
  }),
  rollBackChampion: defineRoute({
    method: "POST",
    path: "/api/v1/models/{model}/rollback",
    summary: "Makes the champion before this one the champion again; asked once more, the one before that.",
    description:
      "A version that was left, by rolling back or by promoting an earlier one, is not come back to. With `expected` a repeat is harmless.",
    tag: "models",
    access: { kind: "provider", role: "engineer" },
    params: ModelParams,
    body: Type.Object({ expected: Expected, note: Note }),
    response: ModelShape,
    errors: ["registry.model_not_found", "registry.champion_differs", "registry.no_earlier_champion"],
  }),
  listChampions: defineRoute({
    method: "GET",
    path: "/api/v1/models/{model}/champions",
    summary: "Who was champion and since when; with `at`, the one that answered at that time.",
    description: "Newest first. The trail keeps notes and who made each change.",
    tag: "models",
    access: { kind: "provider", role: "viewer" },
    params: ModelParams,
    query: Type.Object({ at: Type.Optional(Time) }),
    response: List(ChampionShape),
    errors: ["registry.model_not_found"],
  }),
} as const;
