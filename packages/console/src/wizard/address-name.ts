/** What a table, a plan or a service may be called in addresses; for the pattern of an input. */
export const namePattern = "[a-z0-9]([a-z0-9\\-]*[a-z0-9])?";
