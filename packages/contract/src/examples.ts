/** Bodies as a caller would send them, by operation: shown in OpenAPI and the reference, checked against the schemas by a test. */
export const requestExamples: Readonly<Record<string, unknown>> = {
  changeOrganisation: {
    name: "Acme Risk",
    billing: { legalName: "Acme Risk GmbH", address: "Hauptstrasse 1\n10115 Berlin\nGermany", taxId: "DE123456789" },
  },
  createView: { name: "loans-with-customers", sql: "select l.*, c.region from loans l join customers c on c.id = l.customer_id" },
  promoteVersion: { number: 2, expected: 1, note: "better on the newest quarter" },
  createService: {
    name: "credit-risk",
    title: "Credit risk",
    model: "credit-risk",
    plan: "standard",
    explanation: { kind: "top", count: 5 },
  },
  changeService: { explanation: { kind: "all" } },
  decide: { record: { duration_in_month: 24, credit_amount: 3500, purpose: "car (new)" }, reference: "loan-2041" },
  recordLabels: { labels: [{ service: "credit-risk", reference: "loan-2041", value: "good", time: "2026-06-30T00:00:00Z" }] },
  infer: {
    id: "batch-7",
    parameters: { explain: "shap" },
    inputs: [
      { name: "duration_in_month", datatype: "INT64", shape: [2], data: [24, null] },
      { name: "purpose", datatype: "BYTES", shape: [2], data: ["car (new)", "education"] },
    ],
  },
};
