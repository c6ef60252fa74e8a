/**
 * Draws /openapi.json: operations by subject with who may call, parameters, body, reply and errors.
 *
 * Every text goes in as text, never as markup, so nothing in a description can run.
 */
const methods = ["get", "post", "put", "patch", "delete"];

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

function resolve(document_, schema) {
  const reference = schema?.$ref;
  if (typeof reference !== "string") return schema ?? {};
  return reference
    .slice(2)
    .split("/")
    .reduce((at, part) => at?.[part], document_);
}

/** A schema as the line a reader needs: its type, its values, its bounds. */
function typeWords(document_, schema) {
  if (typeof schema?.$ref === "string") return schema.$ref.split("/").at(-1);
  const options = schema?.anyOf ?? schema?.oneOf;
  if (options !== undefined) return options.map((option) => typeWords(document_, option)).join(" | ");
  if (schema?.const !== undefined) return JSON.stringify(schema.const);
  if (schema?.type === "array") return `${typeWords(document_, schema.items ?? {})}[]`;
  if (schema?.format !== undefined) return `${schema.type} (${schema.format})`;
  return schema?.type ?? "any";
}

const boundWords = [
  ["default", "without it"],
  ["minimum", "from"],
  ["exclusiveMinimum", "more than"],
  ["maximum", "up to"],
  ["exclusiveMaximum", "less than"],
  ["minLength", "characters from"],
  ["maxLength", "characters up to"],
  ["minItems", "entries from"],
  ["maxItems", "entries up to"],
];

function bounds(schema) {
  const words = [];
  // A pattern is told by the description, in words.
  for (const [key, word] of boundWords) if (schema?.[key] !== undefined) words.push(`${word} ${schema[key]}`);
  return words.join(", ");
}

function fieldRows(document_, schema, prefix, depth) {
  const whole = resolve(document_, schema);
  const parts = [whole, ...(whole.allOf ?? []).map((part) => resolve(document_, part))];
  return parts.flatMap((part) =>
    Object.entries(part.properties ?? {}).flatMap(([name, field]) => {
      const needed = part.required?.includes(name) === true;
      const row = element(
        "tr",
        {},
        element("td", {}, element("code", {}, `${prefix}${name}`), needed ? " *" : ""),
        element("td", {}, typeWords(document_, field)),
        element("td", {}, ...withCode([field.description, bounds(field)].filter(Boolean).join(" · "))),
      );
      const inner = resolve(document_, field.type === "array" ? field.items : field);
      const mark = field.type === "array" ? "[]." : ".";
      return [row, ...(depth > 0 ? fieldRows(document_, inner, `${prefix}${name}${mark}`, depth - 1) : [])];
    }),
  );
}

/** What stands between backticks as code. */
function withCode(text) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? element("code", {}, part) : part));
}

function table(head, rows) {
  const headRow = element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)));
  return element("table", {}, element("thead", {}, headRow), element("tbody", {}, ...rows));
}

function section(title, ...children) {
  return [element("h3", {}, title), ...children];
}

function exampleWords({ example }) {
  return example === undefined ? "" : `for example ${example}`;
}

function parametersOf(document_, operation) {
  if (operation.parameters === undefined) return [];
  const rows = operation.parameters.map((parameter) =>
    element(
      "tr",
      {},
      element("td", {}, element("code", {}, parameter.name), parameter.required ? " *" : ""),
      element("td", {}, parameter.in),
      element("td", {}, typeWords(document_, parameter.schema)),
      element("td", {}, [parameter.description, bounds(parameter.schema), exampleWords(parameter)].filter(Boolean).join(" · ")),
    ),
  );
  return section("Parameters", table(["Name", "In", "Type", "Meaning"], rows));
}

function exampleOf(title, example) {
  if (example === undefined) return [];
  const text = typeof example === "string" ? example : JSON.stringify(example, null, 2);
  return [element("p", { class: "quiet" }, `${title}:`), element("pre", { tabindex: "0" }, text)];
}

function contentOf(document_, title, holder) {
  if (holder?.content === undefined) return [];
  return Object.entries(holder.content).flatMap(([type, media]) => {
    const example = Object.values(media.examples ?? {})[0]?.value;
    const whole = resolve(document_, media.schema);
    const rows = fieldRows(document_, whole.type === "array" ? whole.items : media.schema, "", 3);
    return section(
      `${title} (${type})`,
      rows.length > 0 ? table(["Field", "Type", "Meaning"], rows) : element("p", {}, typeWords(document_, media.schema)),
      ...exampleOf(`${title} for example`, example),
    );
  });
}

/** One row a code: what it says, and what to do about it. */
function errorsOf(document_, operation) {
  const rows = Object.entries(operation.responses)
    .filter(([status]) => Number(status) >= 400)
    .flatMap(([status, { content }]) =>
      Object.values(content["application/json"].examples).map((reference) => errorRow(status, resolve(document_, reference))),
    );
  return section("Errors", table(["Status", "Code and message", "Cause and what to do"], rows));
}

function errorRow(status, { summary, description, value }) {
  const message = value.error.message ?? value.error;
  return element(
    "tr",
    {},
    element("td", {}, status),
    element("td", {}, element("code", {}, summary), element("div", {}, message)),
    element("td", {}, ...withCode(description)),
  );
}

function replyOf(document_, operation) {
  const found = Object.entries(operation.responses).find(([status]) => Number(status) < 400);
  return found === undefined ? [] : contentOf(document_, `Reply ${found[0]}`, found[1]);
}

function draw(document_, { path, method, operation }) {
  const inside = element("div", { class: "inside" });
  const details = element(
    "details",
    { class: "operation", id: operation.operationId },
    element(
      "summary",
      {},
      element("span", { class: `method ${method}` }, method.toUpperCase()),
      element("code", {}, path),
      element("span", { class: "brief" }, operation.summary),
    ),
    inside,
  );
  details.addEventListener("toggle", () => {
    if (inside.childElementCount > 0) return;
    inside.append(
      ...operation.description.split("\n\n").map((text) => element("p", {}, ...withCode(text))),
      element("p", { class: "quiet" }, `Operation ${operation.operationId}`),
      ...parametersOf(document_, operation),
      ...contentOf(document_, "Body", operation.requestBody),
      ...replyOf(document_, operation),
      ...errorsOf(document_, operation),
    );
  });
  return details;
}

function listOperations(document_) {
  return Object.entries(document_.paths).flatMap(([path, item]) =>
    methods.filter((method) => item[method] !== undefined).map((method) => ({ path, method, operation: item[method] })),
  );
}

function drawAll(document_) {
  const contents = document.querySelector("#contents");
  const main = document.querySelector("#operations");
  const all = listOperations(document_);
  main.replaceChildren();
  for (const { name } of document_.tags) {
    const own = all.filter(({ operation }) => operation.tags.includes(name));
    const links = own.map(({ operation }) => element("li", {}, element("a", { href: `#${operation.operationId}` }, operation.operationId)));
    contents.append(element("section", {}, element("h2", {}, name), element("ul", {}, ...links)));
    main.append(element("section", { "aria-label": name }, element("h2", {}, name), ...own.map((one) => draw(document_, one))));
  }
}

function filterBy(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  for (const details of document.querySelectorAll("details.operation")) {
    const text = `${details.id} ${details.querySelector("summary").textContent}`.toLowerCase();
    details.hidden = !wanted.every((word) => text.includes(word));
  }
  for (const part of document.querySelectorAll("main > section")) part.hidden = part.querySelector("details:not([hidden])") === null;
}

function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named?.tagName !== "DETAILS") return;
  named.open = true;
  named.scrollIntoView();
}

const reply = await fetch("/openapi.json");
const description = await reply.json();
document.querySelector("#summary").textContent = `${description.info.summary} Version ${description.info.version}, ${description.openapi}.`;
drawAll(description);
document.querySelector("#filter").addEventListener("input", (event) => filterBy(event.target.value));
addEventListener("hashchange", openNamed);
openNamed();
