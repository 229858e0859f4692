import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'

/** The schema as the first version had it: large content in rows of the table `piece`. */
const schema = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE sequence (name TEXT PRIMARY KEY, reserved INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO sequence VALUES ('message', 10000), ('copy', 10000), ('queue', 1);
  CREATE TABLE queue (number INTEGER PRIMARY KEY, deliveryType TEXT NOT NULL,
    nextHopDomain TEXT NOT NULL, nextHopConnector TEXT NOT NULL);
  INSERT INTO queue VALUES (1, 'DnsConnectorDelivery', 'first.test', 'To Internet');
  CREATE TABLE message (id INTEGER PRIMARY KEY, pieces INTEGER NOT NULL, meta TEXT NOT NULL,
    content BLOB, checksum INTEGER);
  CREATE TABLE piece (message INTEGER NOT NULL, part INTEGER NOT NULL, content BLOB NOT NULL,
    checksum INTEGER NOT NULL, PRIMARY KEY (message, part));
  CREATE TABLE unowned (message INTEGER PRIMARY KEY);
  CREATE TABLE copy (message INTEGER NOT NULL, id INTEGER NOT NULL, queue INTEGER NOT NULL,
    due INTEGER NOT NULL, received INTEGER NOT NULL, attempts INTEGER NOT NULL,
    delayNotified INTEGER NOT NULL, lastError TEXT NOT NULL, recipients TEXT NOT NULL,
    PRIMARY KEY (message, id)) WITHOUT ROWID;
  CREATE INDEX copyByDue ON copy (queue, due);
  PRAGMA application_id = 1162102609;
  PRAGMA user_version = 1;
`

const recipients = JSON.stringify([{ address: 'bob@first.test' }])

/** A queue file as the first version left it, with messages of these contents (by id) waiting. */
export function makeFirstQueueFile(path: string, contents: ReadonlyMap<number, Buffer>): void {
  mkdirSync(dirname(path), { recursive: true })
  using database = new DatabaseSync(path)
  database.exec(schema)
  const message = database.prepare(`INSERT INTO message VALUES (?, ?, '{}', ?, ?)`)
  const piece = database.prepare('INSERT INTO piece VALUES (?, ?, ?, ?)')
  const copy = database.prepare(`INSERT INTO copy VALUES (?, ?, 1, 0, 0, 0, 0, '', ?)`)
  const pieceBytes = 128 * 1024
  for (const [id, content] of contents) {
    const pieces = content.length < pieceBytes ? 0 : Math.ceil(content.length / pieceBytes)
    if (pieces === 0) message.run(id, 0, content, crc32(content))
    else message.run(id, pieces, null, null)
    for (let part = 0; part < pieces; part++) {
      const octets = content.subarray(part * pieceBytes, (part + 1) * pieceBytes)
      piece.run(id, part, octets, crc32(octets))
    }
    copy.run(id, id, recipients)
  }
  // A message that was being taken in when its process died.
  database.exec(`INSERT INTO unowned VALUES (77); INSERT INTO piece VALUES (77, 0, x'00', 0)`)
}
