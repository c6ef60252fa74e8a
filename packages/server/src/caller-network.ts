/**
 * Where a caller is: its IPv4 address, or the 64-bit network of its IPv6 address, which is what one household or host is given.
 */
import { isIPv6 } from "node:net";

/** @param address of a socket, or as a trusted proxy tells it: some add the port, of which a caller has thousands. */
export function callerNetwork(address: string | undefined): string {
  const bare = (address ?? "").split("%")[0] ?? "";
  const plain = /^\[(.*)\](?::\d+)?$/.exec(bare)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(bare)?.[1] ?? bare;
  if (!isIPv6(plain)) return plain.slice(0, 64);
  const groups = groupsOf(plain.toLowerCase());
  // An IPv4 address as IPv6 tells it.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join(".");
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = "", tail = ""] = address.split("::");
  const first = numbersOf(head);
  const last = numbersOf(tail);
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => 0);
  return address.includes("::") ? [...first, ...zeros, ...last] : first;
}

/** An IPv4 address at the end stands for two. */
function numbersOf(part: string): number[] {
  if (part === "") return [];
  return part.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
