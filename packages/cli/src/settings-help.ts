/** The server's settings below the help of a command that reads them; only their table is loaded, not the server. */
import { settings } from "@megalith/server/config";

type SettingName = keyof typeof settings;

export function describeSettings(names: readonly SettingName[] = Object.keys(settings) as SettingName[]): string {
  const lines = names.map((key) => {
    const { name, default: fallback, doc } = settings[key];
    return `  ${name.padEnd(24)} ${doc}${fallback === null ? "" : ` (default: ${fallback})`}`;
  });
  return `\nSettings, from the environment:\n${lines.join("\n")}`;
}
