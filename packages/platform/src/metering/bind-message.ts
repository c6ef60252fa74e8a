/**
 * A prepared statement's parameters in PostgreSQL's wire form: arrays of rows, written straight into one buffer that is used again.
 *
 * Why not the driver's parameters: it makes a buffer for each, copies them into one that grows a dozen times, and leaves it
 * all to the garbage collector, several times a millisecond. Why rows and not an array a column: the database then expands
 * one array instead of forty. Sources: PostgreSQL, "Message Formats"; array_recv in src/backend/utils/adt/arrayfuncs.c
 * (dimensions i32, has-null i32, element type i32, length i32, lower bound i32, then the elements); record_recv in
 * rowtypes.c (columns i32, then for each its type i32, its size i32, -1 for null, and its bytes); numeric_recv in numeric.c.
 *
 * Use: `begin`, then for each parameter `beginRows`, for each row `beginRow`, its columns in their order, `endRow`; `endRows`; `end`.
 */
const types = { bool: 16, bytea: 17, int8: 20, int4: 23, text: 25, date: 1082, timestamptz: 1184, numeric: 1700, uuid: 2950 } as const;

const firstBytes = 65_536;
/** A buffer that grew beyond is not kept. */
const keptBytes = 1_048_576;
/** Room for any column but a text: its head, and 32 bytes or a numeric's 38 digits. */
const columnBytes = 48;
const nullSize = -1;
const dash = 45;
const millisecondsTo2000 = 946_684_800_000;
const daysTo2000 = 10_957;
const numericBase = 10_000n;
const negative = 0x4000;

export class BindMessage {
  private bytes = Buffer.allocUnsafe(firstBytes);
  private at = 0;
  private arrayAt = 0;
  private rowAt = 0;
  private rows = 0;

  /** Begins the message; `count` parameters must follow. Whoever calls sees to it that the server has read the message before. */
  begin(statement: string, count: number): void {
    if (this.bytes.length > keptBytes) this.bytes = Buffer.allocUnsafe(firstBytes);
    this.at = 5;
    this.require(32 + statement.length * 3);
    this.bytes[this.at++] = 0;
    this.at += this.bytes.write(statement, this.at);
    this.bytes[this.at++] = 0;
    // One format for all parameters: binary.
    this.short(1);
    this.short(1);
    this.short(count);
  }

  /** @returns Bind, Execute and Sync, with results as text; valid until the next `begin`. */
  end(): Buffer {
    this.require(32);
    this.short(0);
    const { bytes, at } = this;
    bytes[0] = 0x42;
    writeInt32(bytes, 1, at - 1);
    bytes[at] = 0x45;
    writeInt32(bytes, at + 1, 9);
    bytes[at + 5] = 0;
    writeInt32(bytes, at + 6, 0);
    bytes[at + 10] = 0x53;
    writeInt32(bytes, at + 11, 4);
    return bytes.subarray(0, at + 15);
  }

  /** @param rowType oid of the rows' composite type. */
  beginRows(rowType: number): void {
    this.require(24);
    this.arrayAt = this.at;
    this.rows = 0;
    writeInt32(this.bytes, this.at + 8, 0);
    writeInt32(this.bytes, this.at + 12, rowType);
    writeInt32(this.bytes, this.at + 20, 1);
    this.at += 24;
  }

  endRows(): void {
    const { bytes, arrayAt } = this;
    // An array without elements has no dimension.
    if (this.rows === 0) this.at = arrayAt + 16;
    writeInt32(bytes, arrayAt, this.at - arrayAt - 4);
    writeInt32(bytes, arrayAt + 4, this.rows === 0 ? 0 : 1);
    if (this.rows > 0) writeInt32(bytes, arrayAt + 16, this.rows);
  }

  beginRow(columns: number): void {
    this.require(8);
    this.rowAt = this.at;
    this.rows++;
    writeInt32(this.bytes, this.at + 4, columns);
    this.at += 8;
  }

  endRow(): void {
    writeInt32(this.bytes, this.rowAt, this.at - this.rowAt - 4);
  }

  /** Lower-case, 36 characters, checked before. */
  uuid(value: string | null): void {
    this.column(types.uuid, value === null ? nullSize : 16);
    if (value === null) return;
    writeUuid(this.bytes, this.at, value);
    this.at += 16;
  }

  integer(value: number | null): void {
    this.column(types.int4, value === null ? nullSize : 4);
    if (value === null) return;
    writeInt32(this.bytes, this.at, value);
    this.at += 4;
  }

  /** A whole number up to 2^53. */
  bigInteger(value: number | null): void {
    this.column(types.int8, value === null ? nullSize : 8);
    if (value === null) return;
    writeInt64(this.bytes, this.at, value);
    this.at += 8;
  }

  boolean(value: boolean | null): void {
    this.column(types.bool, value === null ? nullSize : 1);
    if (value !== null) this.bytes[this.at++] = value ? 1 : 0;
  }

  timestamp(value: Date): void {
    this.column(types.timestamptz, 8);
    writeTime(this.bytes, this.at, value);
    this.at += 8;
  }

  /** Days since 1970. */
  date(value: number | null): void {
    this.column(types.date, value === null ? nullSize : 4);
    if (value === null) return;
    writeInt32(this.bytes, this.at, value - daysTo2000);
    this.at += 4;
  }

  /** 32 bytes. */
  digest(value: Uint8Array): void {
    this.column(types.bytea, 32);
    this.bytes.set(value, this.at);
    this.at += 32;
  }

  /** Well-formed text without NUL. */
  text(value: string | null): void {
    this.column(types.text, nullSize);
    if (value === null) return;
    this.require(value.length * 3);
    const size = this.bytes.write(value, this.at, "utf8");
    writeInt32(this.bytes, this.at - 4, size);
    this.at += size;
  }

  /** A whole number of up to 38 digits: digits to the base 10,000, the first has `weight`. */
  numeric(value: bigint | null): void {
    this.column(types.numeric, nullSize);
    if (value === null) return;
    const sizeAt = this.at - 4;
    const digits = digitsOf(value < 0n ? -value : value);
    this.short(digits.length);
    this.short(Math.max(0, digits.length - 1));
    this.short(value < 0n ? negative : 0);
    this.short(0);
    for (let place = digits.length - 1; place >= 0; place--) this.short(digits[place] as number);
    writeInt32(this.bytes, sizeAt, this.at - sizeAt - 4);
  }

  private column(type: number, size: number): void {
    this.require(columnBytes);
    writeInt32(this.bytes, this.at, type);
    writeInt32(this.bytes, this.at + 4, size);
    this.at += 8;
  }

  private short(value: number): void {
    this.bytes[this.at++] = value >> 8;
    this.bytes[this.at++] = value & 0xff;
  }

  private require(room: number): void {
    if (this.bytes.length - this.at >= room) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + room));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

/** Base 10,000, the smallest first; none for zero. */
function digitsOf(value: bigint): number[] {
  const digits: number[] = [];
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) {
    for (let left = Number(value); left > 0; left = Math.floor(left / 10_000)) digits.push(left % 10_000);
    return digits;
  }
  for (let left = value; left > 0n; left /= numericBase) digits.push(Number(left % numericBase));
  return digits;
}

/** The value of a hex digit by its character code. */
const digitOf = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, "0123456789abcdef".indexOf(String.fromCharCode(code))));

/** By hand: a fifth of what `Buffer.write(…, "hex")` and its text without dashes cost. */
function writeUuid(into: Buffer, at: number, uuid: string): void {
  let place = at;
  for (let index = 0; index < 36; index += 2) {
    if (uuid.charCodeAt(index) === dash) index++;
    into[place++] = ((digitOf[uuid.charCodeAt(index)] as number) << 4) | (digitOf[uuid.charCodeAt(index + 1)] as number);
  }
}

function writeInt32(into: Buffer, at: number, value: number): void {
  into[at] = value >> 24;
  into[at + 1] = value >> 16;
  into[at + 2] = value >> 8;
  into[at + 3] = value;
}

function writeInt64(into: Buffer, at: number, value: number): void {
  const high = Math.floor(value / 4_294_967_296);
  writeInt32(into, at, high);
  writeInt32(into, at + 4, value - high * 4_294_967_296);
}

/** Microseconds since 2000, in two halves: as one number those of the year 2255 and later are not exact. */
function writeTime(into: Buffer, at: number, value: Date): void {
  const milliseconds = value.getTime() - millisecondsTo2000;
  const high = Math.floor(milliseconds / 4_294_967_296);
  const low = (milliseconds - high * 4_294_967_296) * 1000;
  const carry = Math.floor(low / 4_294_967_296);
  writeInt32(into, at, high * 1000 + carry);
  writeInt32(into, at + 4, low - carry * 4_294_967_296);
}
