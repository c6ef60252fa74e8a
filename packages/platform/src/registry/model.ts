/** The words of the registry. Ids are bare uuids. */
import type { Actor } from "@megalith/contract";

export type Task = "binary" | "multiclass" | "regression";

export interface Metric {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** What answering every row alike would have scored, where that means anything. */
  readonly constant?: number;
}

/** What a version was made of and how good it is. `metrics` and `task` are read by the product; the rest is shown. */
export interface Card {
  readonly task: Task;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly [key: string]: unknown;
}

export interface Version {
  readonly id: string;
  readonly modelId: string;
  readonly model: string;
  readonly number: number;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly task: Task;
  readonly card: Card;
  readonly tableVersionId: string | null;
  readonly createdAt: Date;
  readonly createdBy: Actor;
  readonly champion: boolean;
}

/** `isNew` is false for a version that was there: of the same job, or of the same bytes. */
export interface AddedVersion {
  readonly version: Version;
  readonly isNew: boolean;
}

export interface Model {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly createdBy: Actor;
  readonly versionCount: number;
  readonly champion: Version | null;
}

export interface Champion {
  readonly number: number;
  readonly sha256: string;
  readonly from: Date;
  readonly actor: Actor;
  readonly note: string;
}
