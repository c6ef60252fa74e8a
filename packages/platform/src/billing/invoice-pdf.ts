/**
 * An invoice as a PDF that prints any script: Noto Sans for Latin and Chinese, Unifont for what Noto lacks.
 *
 * Text is cut into runs by the font that has its characters; only the glyphs used are embedded. Lengths are points.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type BillingIdentityShape,
  formatAmount,
  type InvoiceShape,
  type InvoiceWord,
  type MessageLanguage,
  wordInvoice,
  wordInvoiceLine,
  wordMoney,
} from "@megalith/contract";
import PDFDocument from "pdfkit";
import { breakText, cutRuns, type Run } from "./text-layout.ts";
import { unpackWoff } from "./woff.ts";

type Document = InstanceType<typeof PDFDocument>;
type Face = "regular" | "bold" | "other";
type Weight = Exclude<Face, "other">;

/** The part of pdfkit's chosen font that tells which characters it has. */
interface ChosenFont {
  readonly _font: { readonly font: { hasGlyphForCodePoint(codePoint: number): boolean } };
}

const noto = import.meta.resolve("@embedpdf/fonts-sc");
const unifont = import.meta.resolve("@fontsource/unifontex/files/unifontex-latin-400-normal.woff");
const sources: Readonly<Record<Face, () => string | Buffer>> = {
  regular: () => fileURLToPath(new URL("../fonts/NotoSansHans-Regular.otf", noto)),
  bold: () => fileURLToPath(new URL("../fonts/NotoSansHans-Bold.otf", noto)),
  other: () => unpackWoff(readFileSync(fileURLToPath(unifont))),
};

const margin = 50;
const right = 545;
const bottom = 770;
const quantityEnd = 355;
const unitEnd = 450;
const descriptionWidth = 250;
const buyerStart = 305;
const partyWidth = 230;
const lineHeight = 1.5;

/** @returns the bytes of the PDF, page numbers included. */
export function printInvoice(invoice: InvoiceShape, language: MessageLanguage): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const title = invoice.number ?? wordInvoice(language, "preview");
  const created = new Date(invoice.issuedAt ?? `${invoice.month}-01T00:00:00.000Z`);
  const document = new PDFDocument({
    size: "A4",
    margin: 0,
    bufferPages: true,
    info: { Title: title, CreationDate: created },
    lang: language,
  });
  const chunks: Uint8Array[] = [];
  document.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  document.on("end", () => resolve(Buffer.concat(chunks)));
  document.on("error", reject);
  try {
    new Printer(document, language).print(invoice);
    document.end();
  } catch (error) {
    reject(error);
  }
  return promise;
}

class Printer {
  private readonly document: Document;
  private readonly language: MessageLanguage;
  private readonly known = new Map<string, Face>();
  private hasOther = false;
  private top = margin;

  constructor(document: Document, language: MessageLanguage) {
    this.document = document;
    this.language = language;
    for (const face of ["regular", "bold"] as const) document.registerFont(face, sources[face]());
  }

  print(invoice: InvoiceShape): void {
    this.line(this.word(invoice.status === "final" ? "invoice" : "preview"), margin, 22, "bold");
    this.top += 42;
    const facts: readonly (readonly [InvoiceWord, string])[] = [
      ["number", invoice.number ?? "–"],
      ["issued", invoice.issuedAt?.slice(0, 10) ?? "–"],
      ["period", invoice.month],
    ];
    for (const [name, value] of facts) {
      this.line(this.word(name), margin, 10, "regular", "#666666");
      this.top += this.wrapped(value, margin + 110, right - margin - 110, 10, "regular") + 2;
    }
    this.top += 14;
    this.parties(invoice);
    this.table(invoice);
    this.sums(invoice);
    this.numberPages();
  }

  /** Who sells and who buys, side by side. */
  private parties(invoice: InvoiceShape): void {
    const top = this.top;
    const ends = [
      this.party("seller", invoice.seller, invoice.sellerIdentity, margin),
      this.party("customer", invoice.customerName, invoice.customerIdentity, buyerStart),
    ].map((height) => top + height);
    this.top = Math.max(...ends) + 24;
  }

  /** @returns its height; the place of the next line stays. */
  private party(role: InvoiceWord, name: string, identity: BillingIdentityShape | undefined, x: number): number {
    const top = this.top;
    this.line(this.word(role), x, 9, "regular", "#666666");
    this.top += 15;
    this.top += this.wrapped(identity?.legalName ?? name, x, partyWidth, 11, "bold") + 1;
    for (const line of identity?.address?.split("\n") ?? []) this.top += this.wrapped(line, x, partyWidth, 10, "regular");
    const taxId = identity?.taxId ?? null;
    if (taxId !== null) this.top += this.wrapped(wordInvoice(this.language, "taxId", { id: taxId }), x, partyWidth, 10, "regular");
    const height = this.top - top;
    this.top = top;
    return height;
  }

  private table(invoice: InvoiceShape): void {
    if (this.top > bottom - 80) this.newPage();
    this.head();
    const amount = (nanos: string) => formatAmount(BigInt(nanos), invoice.currency);
    for (const line of invoice.lines) {
      if (this.top > bottom - 50) {
        this.newPage();
        this.head();
      }
      this.flush(String(line.quantity), quantityEnd, 9, "regular");
      if (line.unitNanos !== null) this.flush(amount(line.unitNanos), unitEnd, 9, "regular");
      this.flush(amount(line.amountNanos), right, 9, "regular");
      this.top += this.wrapped(wordInvoiceLine(this.language, line), margin, descriptionWidth, 9, "regular") + 5;
    }
  }

  private head(): void {
    this.line(this.word("description"), margin, 9, "bold");
    this.flush(this.word("quantity"), quantityEnd, 9, "bold");
    this.flush(this.word("unitPrice"), unitEnd, 9, "bold");
    this.flush(this.word("amount"), right, 9, "bold");
    this.top += 17;
    this.rule();
  }

  private sums(invoice: InvoiceShape): void {
    if (this.top > bottom - 80) this.newPage();
    this.rule();
    const rows: [InvoiceWord, bigint][] = [["total", BigInt(invoice.totalNanos)]];
    const prepaid = BigInt(invoice.prepaidNanos);
    if (prepaid !== 0n) rows.push(["prepaid", -prepaid], ["due", BigInt(invoice.dueNanos)]);
    for (const [name, nanos] of rows) {
      const weight = name === "prepaid" ? "regular" : "bold";
      this.line(this.word(name), margin, 11, weight);
      this.flush(wordMoney(nanos.toString(), invoice.currency), right, 11, weight);
      this.top += 20;
    }
  }

  private numberPages(): void {
    const { start, count } = this.document.bufferedPageRange();
    for (let page = 0; page < count; page++) {
      this.document.switchToPage(start + page);
      this.top = bottom + 10;
      this.flush(wordInvoice(this.language, "page", { page: String(page + 1), pages: String(count) }), right, 8, "regular");
    }
  }

  private newPage(): void {
    this.document.addPage();
    this.top = margin;
  }

  private rule(): void {
    this.document.moveTo(margin, this.top).lineTo(right, this.top).lineWidth(0.5).strokeColor("#999999").stroke();
    this.top += 8;
  }

  private word(name: InvoiceWord): string {
    return wordInvoice(this.language, name);
  }

  /** One line from x. */
  private line(text: string, x: number, size: number, weight: Weight, colour = "#111111", y = this.top): void {
    let left = x;
    for (const run of this.runs(text, weight)) {
      this.document.font(run.font).fontSize(size).fillColor(colour).text(run.text, left, y, { lineBreak: false });
      left += this.document.widthOfString(run.text);
    }
  }

  /** One line that ends at x. */
  private flush(text: string, x: number, size: number, weight: Weight): void {
    this.line(text, x - this.width(text, size, weight), size, weight);
  }

  /** As many lines as the width asks for. @returns their height. */
  private wrapped(text: string, x: number, width: number, size: number, weight: Weight): number {
    const lines = breakText(text, (part) => this.width(part, size, weight) <= width);
    lines.forEach((line, index) => {
      this.line(line, x, size, weight, "#111111", this.top + index * size * lineHeight);
    });
    return lines.length * size * lineHeight;
  }

  private width(text: string, size: number, weight: Weight): number {
    let width = 0;
    for (const run of this.runs(text, weight)) width += this.document.font(run.font).fontSize(size).widthOfString(run.text);
    return width;
  }

  private runs(text: string, weight: Weight): Run<Face>[] {
    return cutRuns(text, (character) => this.faceOf(character, weight));
  }

  /** Unpacked only for an invoice that needs it. */
  private otherFace(): Face {
    if (!this.hasOther) this.document.registerFont("other", sources.other());
    this.hasOther = true;
    return "other";
  }

  private faceOf(character: string, weight: Weight): Face {
    const key = weight + character;
    let face = this.known.get(key);
    if (face === undefined) {
      const { font } = (this.document.font(weight) as unknown as ChosenFont)._font;
      face = font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0) ? weight : this.otherFace();
      this.known.set(key, face);
    }
    return face;
  }
}
