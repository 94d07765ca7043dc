// Ids that are made here. `crypto.randomUUID` would need a secure context, which a phone that looks at a
// developer's machine does not have.

function hex(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function randomBytes(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(16));
}

/** A random UUID (version 4), for idempotency keys. */
export function randomId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = randomBytes();
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return hex(bytes);
}

let lastTime = 0;
let count = 0;

/**
 * A UUID version 7 (RFC 9562): ids sort as they were made, also within one millisecond and when the clock is
 * set back, because the twelve bits after the time count (§6.2, method 1).
 */
export function timeId(now: number = Date.now()): string {
  const bytes = randomBytes();
  if (now > lastTime) {
    lastTime = now;
    // Below the half, so that there is room to count.
    count = ((bytes[6]! & 0x07) << 8) | bytes[7]!;
  } else if (++count > 0xfff) {
    lastTime += 1;
    count = 0;
  }
  for (let place = 5, rest = lastTime; place >= 0; place--, rest = Math.floor(rest / 256)) {
    bytes[place] = rest % 256;
  }
  bytes[6] = 0x70 | (count >> 8);
  bytes[7] = count & 0xff;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return hex(bytes);
}

/** From now on ids sort after this one, which may have been made before a reload by a clock that was ahead. */
export function timeIdsAfter(id: string): void {
  const time = parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  if (time >= lastTime) {
    lastTime = time;
    // So many were made in this millisecond that the next id takes the one after it.
    count = 0xfff;
  }
}
