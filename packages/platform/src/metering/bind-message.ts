/**
 * Array parameters of a prepared statement in PostgreSQL's wire form, written straight into one buffer that is used again.
 *
 * Why not the driver's parameters: for a batch of forty arrays it makes as many buffers, copies them into one that grows a
 * dozen times, and leaves it all to the garbage collector, several times a millisecond. Sources: PostgreSQL, "Message
 * Formats"; array_recv in src/backend/utils/adt/arrayfuncs.c (dimensions i32, has-null i32, element type i32, length i32,
 * lower bound i32, then for each element its size i32, -1 for null, and its bytes); numeric_recv in numeric.c.
 */
const types = { bool: 16, bytea: 17, int8: 20, int4: 23, text: 25, date: 1082, timestamptz: 1184, numeric: 1700, uuid: 2950 } as const;
type ElementType = keyof typeof types;

const firstBytes = 65_536;
/** A buffer that grew beyond is not kept. */
const keptBytes = 1_048_576;
const headerBytes = 20;
const nullSize = -1;
const dash = 45;
const millisecondsTo2000 = 946_684_800_000;
const daysTo2000 = 10_957;
const numericBase = 10_000n;

/** Reads the value of one element. */
export type Read<Item, Value> = (item: Item, index: number) => Value;

export class BindMessage {
  private bytes = Buffer.allocUnsafe(firstBytes);
  private at = 0;
  private arrayStart = 0;
  private nulls = 0;

  /** Begins the message; `count` arrays must follow. Whoever calls sees to it that the message before has been read by the server. */
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
    this.bytes[0] = 0x42;
    this.bytes.writeInt32BE(this.at - 1, 1);
    this.bytes[this.at] = 0x45;
    this.bytes.writeInt32BE(9, this.at + 1);
    this.bytes[this.at + 5] = 0;
    this.bytes.writeInt32BE(0, this.at + 6);
    this.bytes[this.at + 10] = 0x53;
    this.bytes.writeInt32BE(4, this.at + 11);
    return this.bytes.subarray(0, this.at + 15);
  }

  uuids<Item>(items: readonly Item[], read: Read<Item, string | null>): void {
    this.fixed("uuid", 16, items, read, writeUuid);
  }

  integers<Item>(items: readonly Item[], read: Read<Item, number | null>): void {
    this.fixed("int4", 4, items, read, writeInt32);
  }

  /** Whole numbers up to 2^53. */
  bigIntegers<Item>(items: readonly Item[], read: Read<Item, number | null>): void {
    this.fixed("int8", 8, items, read, writeInt64);
  }

  booleans<Item>(items: readonly Item[], read: Read<Item, boolean | null>): void {
    this.fixed("bool", 1, items, read, writeBoolean);
  }

  timestamps<Item>(items: readonly Item[], read: Read<Item, Date>): void {
    this.fixed("timestamptz", 8, items, read, writeTime);
  }

  /** Days since 1970. */
  dates<Item>(items: readonly Item[], read: Read<Item, number | null>): void {
    this.fixed("date", 4, items, read, writeDate);
  }

  digests<Item>(items: readonly Item[], read: Read<Item, Uint8Array>): void {
    this.fixed("bytea", 32, items, read, writeBytes);
  }

  /** Well-formed text without NUL. */
  texts<Item>(items: readonly Item[], read: Read<Item, string | null>): void {
    this.beginArray(0);
    for (let index = 0; index < items.length; index++) {
      const value = read(items[index] as Item, index);
      this.require(4 + (value === null ? 0 : value.length * 3));
      if (value === null) this.putNull();
      else {
        const size = this.bytes.write(value, this.at + 4, "utf8");
        writeInt32(this.bytes, this.at, size);
        this.at += 4 + size;
      }
    }
    this.endArray("text", items.length);
  }

  /** Whole numbers of any size: digits to the base 10,000, the first has `weight`. */
  numerics<Item>(items: readonly Item[], read: Read<Item, bigint | null>): void {
    this.beginArray(0);
    for (let index = 0; index < items.length; index++) {
      const value = read(items[index] as Item, index);
      if (value === null) {
        this.require(4);
        this.putNull();
        continue;
      }
      const digits = digitsOf(value < 0n ? -value : value);
      this.require(12 + digits.length * 2);
      writeInt32(this.bytes, this.at, 8 + digits.length * 2);
      this.at += 4;
      this.short(digits.length);
      this.short(digits.length === 0 ? 0 : digits.length - 1);
      this.short(value < 0n ? 0x4000 : 0);
      this.short(0);
      for (let place = digits.length - 1; place >= 0; place--) this.short(digits[place] as number);
    }
    this.endArray("numeric", items.length);
  }

  /** Elements that all have `size` bytes. A value that repeats the one before it is copied as bytes. */
  private fixed<Item, Value>(
    type: ElementType,
    size: number,
    items: readonly Item[],
    read: Read<Item, Value | null>,
    write: (into: Buffer, at: number, value: Value) => void,
  ): void {
    this.beginArray(items.length * (4 + size));
    const { bytes } = this;
    let last: Value | null = null;
    for (let index = 0; index < items.length; index++) {
      const value = read(items[index] as Item, index);
      if (value === null) this.putNull();
      else if (value === last) {
        bytes.copyWithin(this.at, this.at - size - 4, this.at);
        this.at += size + 4;
      } else {
        writeInt32(bytes, this.at, size);
        write(bytes, this.at + 4, value);
        this.at += size + 4;
      }
      last = value;
    }
    this.endArray(type, items.length);
  }

  private beginArray(room: number): void {
    this.require(4 + headerBytes + room);
    this.arrayStart = this.at + 4;
    this.at = this.arrayStart + headerBytes;
    this.nulls = 0;
  }

  private endArray(type: ElementType, count: number): void {
    const { bytes, arrayStart } = this;
    if (count === 0) this.at = arrayStart + 12;
    else {
      writeInt32(bytes, arrayStart + 12, count);
      writeInt32(bytes, arrayStart + 16, 1);
    }
    writeInt32(bytes, arrayStart - 4, this.at - arrayStart);
    writeInt32(bytes, arrayStart, count === 0 ? 0 : 1);
    writeInt32(bytes, arrayStart + 4, this.nulls > 0 ? 1 : 0);
    writeInt32(bytes, arrayStart + 8, types[type]);
  }

  private putNull(): void {
    writeInt32(this.bytes, this.at, nullSize);
    this.at += 4;
    this.nulls++;
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

/** Lower-case, 36 characters, checked before. By hand: a fifth of what `Buffer.write(…, "hex")` and its text without dashes cost. */
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

function writeBoolean(into: Buffer, at: number, value: boolean): void {
  into[at] = value ? 1 : 0;
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

function writeDate(into: Buffer, at: number, value: number): void {
  writeInt32(into, at, value - daysTo2000);
}

function writeBytes(into: Buffer, at: number, value: Uint8Array): void {
  into.set(value, at);
}
