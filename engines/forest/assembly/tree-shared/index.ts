/** The kernel of assembly/tree over a memory that threads share. */
export * from "../tree/index";
