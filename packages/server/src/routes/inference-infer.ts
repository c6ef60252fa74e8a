/** One inference: tensors to records, decided and metered as any other call, decisions to tensors. */
import type { DecideReply, InferenceReply, InferenceRequest, MessageLanguage } from "@megalith/contract";
import type { Principal } from "@megalith/platform/foundation";
import type { RegistryService } from "@megalith/platform/registry";
import { type CompiledService, chooseVersion, type Decider, type ServiceCatalogue } from "@megalith/platform/serving";
import { readWanted, writeOutputs } from "./inference-outputs.ts";
import { placeInTensors, readRecords } from "./inference-tensors.ts";

export interface InferenceUses {
  readonly catalogue: ServiceCatalogue;
  readonly registry: RegistryService;
  readonly decider: Decider;
}

interface InferenceCall {
  readonly principal: Principal;
  readonly body: InferenceRequest;
  readonly header: (name: string) => string | undefined;
  readonly language: MessageLanguage;
}

export async function answerInference(uses: InferenceUses, call: InferenceCall, model: string, version?: string): Promise<InferenceReply> {
  const { principal, body } = call;
  const compiled = await chooseVersion(uses, principal, model, version === undefined ? undefined : Number(version));
  const wanted = readWanted(body, compiled);
  const records = readRecords(body, compiled.champion.encoder.columns);
  const text = await uses.decider
    .decide({
      principal,
      service: model,
      body: { records },
      idempotencyKey: call.header("idempotency-key"),
      language: call.language,
      version: version === undefined ? undefined : compiled.champion,
      withReasons: wanted.withReasons,
      variant: `/infer/${version ?? ""}/${wanted.withReasons}`,
    })
    .catch((error: unknown) => Promise.reject(placeInTensors(error, body)));
  const reply = JSON.parse(text) as DecideReply;
  return writeReply(body, reply, wanted.names, await asAnswered(uses, principal, model, compiled, reply));
}

/** A repeat is answered by the version of the first call, which may no longer be the champion. */
async function asAnswered(
  uses: InferenceUses,
  principal: Principal,
  model: string,
  compiled: CompiledService,
  reply: DecideReply,
): Promise<CompiledService> {
  const number = reply.decisions[0]?.version.number;
  return number === compiled.champion.version.number ? compiled : chooseVersion(uses, principal, model, number);
}

function writeReply(body: InferenceRequest, reply: DecideReply, names: readonly string[], compiled: CompiledService): InferenceReply {
  return {
    model_name: compiled.service.name,
    model_version: String(compiled.champion.version.number),
    ...(body.id === undefined ? {} : { id: body.id }),
    parameters: { ...priceOf(reply), ...unseenOf(reply) },
    outputs: writeOutputs(reply, names, compiled),
  };
}

/** The columns of each record whose category training never saw, as JSON text; nothing when there are none. */
function unseenOf({ decisions }: DecideReply): Record<string, string> {
  if (decisions.every(({ unseen }) => unseen === undefined)) return {};
  return { unseen: JSON.stringify(decisions.map(({ unseen }) => unseen ?? [])) };
}

/** What the whole call costs, as decimal text of nanos. */
function priceOf({ decisions, remaining }: DecideReply): Record<string, string | number> {
  const prices = decisions.flatMap((decision) => (decision.price === null ? [] : [decision.price]));
  const currency = prices[0]?.currency;
  const total = prices.reduce((sum, price) => sum + BigInt(price.nanos), 0n);
  return { ...(currency === undefined ? {} : { price_nanos: total.toString(), currency }), ...(remaining === null ? {} : { remaining }) };
}
