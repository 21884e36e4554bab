import { crc32, deflateRawSync } from 'node:zlib';

/**
 * A zip archive of a few small files.
 * See https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT §4.3
 */
export function zipOf(files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const name = Buffer.from(file.name);
    const packed = deflateRawSync(file.bytes);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    // Bit 11: the name is UTF-8. Method 8: deflate. 1980-01-01: a zip cannot say "no date".
    shared.writeUInt16LE(0x800, 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt16LE(0, 6);
    shared.writeUInt16LE(0x21, 8);
    shared.writeUInt32LE(crc32(file.bytes), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(file.bytes.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const header = Buffer.concat([signature(0x04034b50), shared, name, packed]);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([signature(0x02014b50), Buffer.from([20, 0]), shared, entry, name]));
    local.push(header);
    offset += header.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
