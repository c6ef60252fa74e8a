/** Places for calls that last: so many in all, so many for one caller; who finds none is told to come back. */
import { MegalithError } from "@megalith/contract";
import type { Principal } from "@megalith/platform/foundation";

export class Places {
  private readonly atOnce: number;
  private readonly atOnceOfOne: number;
  private readonly taken = new Map<string, number>();

  constructor(atOnce: number, atOnceOfOne: number) {
    this.atOnce = atOnce;
    this.atOnceOfOne = atOnceOfOne;
  }

  /**
   * @param name         whose places are counted.
   * @param retrySeconds what a caller who finds none is told to wait.
   * @returns what gives the place back; called again it does nothing.
   * @throws MegalithError "server.overloaded".
   */
  take(name: string, retrySeconds: number): () => void {
    const own = this.taken.get(name) ?? 0;
    const all = this.taken.values().reduce((sum, count) => sum + count, 0);
    if (own >= this.atOnceOfOne || all >= this.atOnce)
      throw new MegalithError("server.overloaded", { values: { seconds: retrySeconds }, retryAfterSeconds: retrySeconds });
    this.taken.set(name, own + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.taken.get(name) ?? 1) - 1;
      if (left === 0) this.taken.delete(name);
      else this.taken.set(name, left);
    };
  }
}

/** A customer with all its keys, a member, or the admin key. */
export function placeName(caller: Principal): string {
  return caller.kind === "customer" ? caller.customerId : `${caller.actor.kind} ${caller.actor.id ?? ""}`;
}
