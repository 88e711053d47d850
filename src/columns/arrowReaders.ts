import {
  type DataType as ArrowType,
  DataType,
  type Decimal,
  type Dictionary,
  type Timestamp,
  type Vector,
} from 'apache-arrow';
import { dayInZone, formatIsoDay } from '../calendar/iso.js';
import { SendplanError } from '../errors.js';
import type { FieldValue } from '../rules/fields.js';

const MILLISECONDS_PER_DAY = 86_400_000;
const MILLISECONDS_PER_MINUTE = 60_000;

/** What columns may be, as errors name it; docs/api.md has the table. */
const READ_TYPES =
  'Int, Uint, Float, Decimal, Bool, Utf8, LargeUtf8, Binary, Date, Timestamp, Null, and Dictionary of one of these';

/** Turns a value of a vector, which is not null, into the field that a database would hold. */
type ValueReader = (value: unknown) => FieldValue;

const asItIs: ValueReader = (value) => value as FieldValue;

/** A decimal's value, which Arrow has as 32-bit words of a whole number, the lowest first, in two's complement. */
function decimalReader({ scale }: Decimal): ValueReader {
  return (value) => {
    const words = value as Uint32Array;
    let unscaled = 0n;
    for (let i = words.length - 1; i >= 0; i--) unscaled = (unscaled << 32n) | BigInt(words[i]);
    unscaled = BigInt.asIntN(words.length * 32, unscaled);
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
    const whole = scale > 0 ? digits.slice(0, -scale) : digits + '0'.repeat(-scale);
    const text = `${unscaled < 0n ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ''}`;
    const number = Number(text);
    // Beyond what a number holds exactly the text says what it is.
    return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : text;
  };
}

/** The civil date of an instant in a zone, which may be an offset such as `-06:00`. @throws RangeError when there is no such zone */
function dayReader(zone: string | null | undefined): ValueReader {
  if (zone === null || zone === undefined || zone === '') {
    return (value) => formatIsoDay(Math.floor(Number(value) / MILLISECONDS_PER_DAY));
  }
  const offset = /^([+-])([0-9]{2}):?([0-9]{2})$/.exec(zone);
  if (offset !== null) {
    const minutes = (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3]));
    return (value) =>
      formatIsoDay(Math.floor((Number(value) + minutes * MILLISECONDS_PER_MINUTE) / MILLISECONDS_PER_DAY));
  }
  dayInZone(new Date(0), zone);
  return (value) => formatIsoDay(dayInZone(new Date(Number(value)), zone));
}

/** How values of a type are read; null when they are not. */
function readerOf(type: ArrowType): ValueReader | null {
  if (DataType.isDictionary(type)) return readerOf((type as Dictionary).dictionary);
  if (DataType.isDecimal(type)) return decimalReader(type);
  if (DataType.isDate(type)) return dayReader(null);
  if (DataType.isTimestamp(type)) return dayReader((type as Timestamp).timezone);
  const isPlain = [
    DataType.isNull,
    DataType.isInt,
    DataType.isFloat,
    DataType.isBool,
    DataType.isUtf8,
    DataType.isLargeUtf8,
    DataType.isBinary,
    DataType.isLargeBinary,
    DataType.isFixedSizeBinary,
  ].some((isOfType) => isOfType(type));
  return isPlain ? asItIs : null;
}

/**
 * Reads the values of a vector as the fields a database would hold: dates as `YYYY-MM-DD`, instants as the date in their own zone,
 * decimals with their scale.
 *
 * @param name how messages name the column, with its table
 * @throws SendplanError `bad_input` when the type is none that is read
 */
export function fieldReader(vector: Vector, name: string): (i: number) => FieldValue {
  let read: ValueReader | null;
  try {
    read = readerOf(vector.type);
  } catch (cause) {
    throw new SendplanError('bad_input', `The column ${name} is ${vector.type}, of a time zone that is not known.`, {
      hint: 'Name the zone as America/Chicago or -06:00.',
      cause,
    });
  }
  if (read === null) {
    throw new SendplanError('bad_input', `The column ${name} is an Arrow column of type ${vector.type}.`, {
      hint: `Read are ${READ_TYPES}.`,
    });
  }
  const readValue = read;
  return (i) => {
    const value: unknown = vector.get(i);
    return value === null || value === undefined ? null : readValue(value);
  };
}
