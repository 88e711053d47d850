import initSqlJs from 'sql.js';
import { afterEach, describe, expect, it } from 'vitest';
import { copySchema } from '../../../src/store/driver/copySchema.js';
import { openSqlJs } from '../../../src/store/driver/sqljs.js';
import { openDatabaseReader } from '../../../src/store/format/databaseReader.js';
import { ImageSource } from '../../../src/store/format/pageSource.js';
import type { SqlValue } from '../../../src/store/format/sqlValue.js';
import { allRows, closeOpened, errorOf, openImage } from '../../helpers/connections.js';

afterEach(closeOpened);

describe('values', () => {
  const texts = [
    '',
    'a',
    '2025-06-13',
    'a\0b',
    '\0',
    'tab\tnew\nline',
    'quote \' and "',
    'Zoë',
    'é'.repeat(30),
    '\ufeffmark',
    '😀'.repeat(9),
    'x'.repeat(7),
    'x'.repeat(39),
    'x'.repeat(40),
    'x'.repeat(41),
    `${'x'.repeat(63)}é`,
  ];

  it('come back from parameters as they went in', async () => {
    const connection = await openImage();
    const values: SqlValue[] = [
      ...texts,
      ...[0, 1, -1, 127, 2147483647, -2147483648, 2147483648, 1e15, 0.5, -1.25, 1e300, Number.MAX_SAFE_INTEGER],
      null,
      new Uint8Array(0),
      Uint8Array.of(0, 1, 255, 0),
    ];
    for (const value of values) expect(allRows(connection, 'SELECT ?', [value])).toEqual([[value]]);
  });

  it('come back from a table, also through a statement that is run again and again', async () => {
    const connection = await openImage();
    connection.execute('CREATE TABLE t (a, b)');
    const statement = connection.prepare('INSERT INTO t VALUES (?, ?)');
    const bytes = Uint8Array.of(1);
    for (const text of texts) {
      statement.run([text, 'same']);
      for (let i = 0; i < 2; i++) {
        bytes[0]++;
        statement.run([bytes, null]);
      }
    }
    statement.close();
    const expected = texts.flatMap((text, i) => [
      [text, 'same'],
      [Uint8Array.of(2 + 2 * i), null],
      [Uint8Array.of(3 + 2 * i), null],
    ]);
    expect(allRows(connection, 'SELECT a, b FROM t ORDER BY rowid')).toEqual(expected);
  });

  it('keep ten megabytes of text and bytes whole, NUL characters included', async () => {
    const connection = await openImage();
    const text = `${'0123456789\0é'.repeat(800_000)}end`;
    const bytes = new Uint8Array(10_000_000).map((_, i) => i % 251);
    const [row] = allRows(connection, 'SELECT ?, ?, octet_length(?1)', [text, bytes]);
    expect(row[0] === text).toBe(true);
    expect(Buffer.compare(row[1] as Uint8Array, bytes)).toBe(0);
    expect(row[2]).toBe(new TextEncoder().encode(text).length);
  });

  it('are whole numbers of 64 bits rounded to what a number holds', async () => {
    const connection = await openImage();
    expect(allRows(connection, 'SELECT 9007199254740993, -9223372036854775808')).toEqual([
      [9007199254740992, -(2 ** 63)],
    ]);
  });

  it('stay right while the memory grows in the middle of a query', async () => {
    const connection = await openImage();
    const sql = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
      SELECT i, CAST(zeroblob(i * 1000000) AS TEXT), 'row ' || i FROM n`;
    let i = 0;
    for (const [number, zeros, name] of connection.query(sql)) {
      i++;
      expect([number, (zeros as string).length, name]).toEqual([i, i * 1_000_000, `row ${i}`]);
    }
    expect(i).toBe(40);
  });

  it('are decoded like the platform does when they are no UTF-8', async () => {
    const connection = await openImage();
    expect(allRows(connection, "SELECT CAST(x'41ff42' AS TEXT)")).toEqual([['A\ufffdB']]);
  });
});

describe('statements', () => {
  it('work beside somebody else who uses sql.js in the same process', async () => {
    const sqlJs = await initSqlJs();
    const other = new sqlJs.Database();
    const connection = await openImage();
    connection.execute('CREATE TABLE mine (a)');
    other.run('CREATE TABLE theirs (a)');
    expect(allRows(connection, 'SELECT name FROM sqlite_master')).toEqual([['mine']]);
    other.close();
    expect(new TextDecoder().decode(Uint8Array.of(72, 105))).toBe('Hi');
  });

  it('are all run by execute, comments and trailing space included', async () => {
    const connection = await openImage();
    connection.execute('CREATE TABLE t (a); -- one\n INSERT INTO t VALUES (1); SELECT * FROM t; /* end */ \n');
    connection.execute('INSERT INTO t VALUES (2), (3)');
    expect(connection.changes()).toBe(2);
    expect(allRows(connection, 'SELECT count(*) FROM t')).toEqual([[3]]);
  });

  it('can be left in the middle and their table dropped afterwards', async () => {
    const connection = await openImage();
    connection.execute('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)');
    for (const _row of connection.query('SELECT * FROM t')) break;
    connection.execute('DROP TABLE t');
    expect(allRows(connection, 'SELECT name FROM sqlite_master')).toEqual([]);
  });

  it('are not run after close, and closing twice is no error', async () => {
    const connection = await openSqlJs(null);
    const statement = connection.prepare('SELECT 1');
    connection.close();
    connection.close();
    expect(() => statement.run([])).toThrow(TypeError);
    expect(() => connection.execute('SELECT 1')).toThrow(TypeError);
  });

  it('fail with the message of SQLite and the statement, cut', async () => {
    const connection = await openImage();
    const error = errorOf(() => connection.execute(`SELECT a FROM nowhere WHERE ${'x'.repeat(500)}`));
    expect(error).toMatchObject({ name: 'SendplanError', code: 'database_error' });
    expect(error.message).toContain('no such table: nowhere');
    expect(error.message.length).toBeLessThan(300);
    expect((error.cause as Error).message).toBe('no such table: nowhere');
  });

  it('can be run again after a constraint stopped one of them', async () => {
    const connection = await openImage();
    connection.execute('CREATE TABLE t (a UNIQUE)');
    const statement = connection.prepare('INSERT INTO t VALUES (?)');
    statement.run(['x']);
    expect(() => statement.run(['x'])).toThrow('UNIQUE constraint failed: t.a');
    statement.run(['y']);
    statement.close();
    expect(allRows(connection, 'SELECT a FROM t ORDER BY a')).toEqual([['x'], ['y']]);
  });

  it('roll back', async () => {
    const connection = await openImage();
    connection.execute('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    connection.execute('BEGIN; DELETE FROM t; DROP TABLE t; ROLLBACK');
    expect(allRows(connection, 'SELECT a FROM t')).toEqual([[1]]);
  });
});

describe('images', () => {
  async function imageOf(sql: string): Promise<Uint8Array> {
    const connection = await openImage();
    connection.execute(sql);
    return connection.toImage();
  }

  it('keep page size, auto-vacuum, user version, application id and encoding', async () => {
    const pragmas = ['page_size', 'auto_vacuum', 'user_version', 'application_id', 'encoding', 'journal_mode'];
    const image = await imageOf(`PRAGMA page_size = 1024; PRAGMA auto_vacuum = FULL; PRAGMA encoding = 'UTF-16le';
      PRAGMA user_version = 7; PRAGMA application_id = 99; CREATE TABLE t (a); INSERT INTO t VALUES ('Zoë')`);
    const connection = await openImage(image);
    connection.execute('CREATE TABLE u (b)');
    const again = await openImage(connection.toImage());
    const values = pragmas.map((name) => allRows(again, `PRAGMA ${name}`)[0][0]);
    expect(values).toEqual([1024, 1, 7, 99, 'UTF-16le', 'memory']);
    expect(allRows(again, 'SELECT a FROM t')).toEqual([['Zoë']]);
    expect(allRows(again, 'PRAGMA integrity_check')).toEqual([['ok']]);
  });

  it('count their changes on from where they were', async () => {
    const counter = (image: Uint8Array) => new DataView(image.buffer, image.byteOffset).getUint32(24);
    const first = await imageOf('CREATE TABLE t (a); CREATE TABLE u (a)');
    const connection = await openImage(first);
    const cookie = allRows(connection, 'PRAGMA schema_version')[0][0];
    expect(cookie).toBe(2);
    connection.execute('INSERT INTO t VALUES (1)');
    const second = connection.toImage();
    expect(counter(second)).toBe(counter(first) + 1);
    const third = (await openImage(second)).toImage();
    expect(counter(third)).toBe(counter(first) + 2);
    expect(allRows(await openImage(third), 'PRAGMA schema_version')[0][0]).toBe(cookie);
  });

  it('are refused when they are none', async () => {
    await expect(openSqlJs(new TextEncoder().encode('hello, I am text. '.repeat(300)))).rejects.toMatchObject({
      code: 'not_a_database',
    });
  });

  it('are refused in WAL mode', async () => {
    const image = await imageOf('CREATE TABLE t (a)');
    image[18] = 2;
    image[19] = 2;
    await expect(openSqlJs(image)).rejects.toMatchObject({ code: 'file_busy' });
  });

  it('with NULs in their schema come to an end', async () => {
    const sql = `CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT); CREATE TABLE other (a);
      PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = char(0) || sql WHERE name = 'other'`;
    const image = await openImage();
    image.execute(sql);
    const scan = openDatabaseReader(new ImageSource(image.toImage()));
    if (typeof scan === 'string') throw new Error(scan);
    expect(copySchema(scan, await openImage())).toBe(false);
    for (const text of ['\0', '\0 CREATE TABLE a (b)', ' \0', 'SELECT 1;\0']) {
      expect(
        errorOf(() => image.execute(text)),
        JSON.stringify(text),
      ).toMatchObject({ code: 'database_error' });
    }
  });

  it('that are damaged give an error with a way out, not wrong rows', async () => {
    const image = await imageOf(`CREATE TABLE t (a); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
      WHERE i < 5000) INSERT INTO t SELECT 'text ' || i FROM n`);
    image.fill(0xff, 4096, 4096 * 3);
    const connection = await openImage(image);
    const error = errorOf(() => allRows(connection, 'SELECT a FROM t'));
    expect(error).toMatchObject({ code: 'database_error' });
    expect(error.message).toContain('damaged');
    expect(error.hint).toContain('integrity_check');
  });
});
