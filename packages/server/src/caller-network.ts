/**
 * Where a caller is: its IPv4 address, or the 64-bit network of its IPv6 address, which is what one household or host is given.
 */
import { isIPv6 } from "node:net";

/** @param address of a socket, or as a trusted proxy tells it. */
export function callerNetwork(address: string | undefined): string {
  const plain = (address ?? "").split("%")[0] ?? "";
  const embedded = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain);
  if (embedded !== null) return embedded[1] as string;
  if (!isIPv6(plain)) return plain.slice(0, 64);
  const [head = "", tail = ""] = plain.toLowerCase().split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const first = groups(head);
  // An IPv4 address at the end stands for two groups.
  const last = groups(tail).flatMap((group) => (group.includes(".") ? ["0", "0"] : [group]));
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => "0");
  const all = plain.includes("::") ? [...first, ...zeros, ...last] : first;
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
