// What is said over the socket of a shared text, and in answers over plain HTTP; server/live/texts_frames.py has the same.
export const SEND = 1;
export const VERDICT = { KEPT: 0, FULL: 1, CLOSED: 2, UNREADABLE: 3, MISSING: 4, BUSY: 5, NOT_ALLOWED: 6 };
const [WELCOME, NEWS, KEPT, REFUSED, STANDING, WRITING] = [1, 2, 3, 4, 5, 6];
const flags = (byte) => ({ mayWrite: (byte & 1) > 0, closed: (byte & 2) > 0 });

/** An update as a message. */
export function frame(kind, number, update) {
  const bytes = new Uint8Array(5 + update.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kind);
  view.setUint32(1, number);
  bytes.set(update, 5);
  return bytes;
}

/** A message as {is, …}. */
export function read(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), kind = bytes[0];
  if (kind === WELCOME) {
    const behind = 10 + view.getUint32(6);
    return { is: "welcome", seq: view.getUint32(1), ...flags(bytes[5]), vector: bytes.slice(10, behind), update: bytes.slice(behind) };
  }
  if (kind === NEWS) return { is: "news", seq: view.getUint32(1), update: bytes.slice(5) };
  if (kind === KEPT || kind === REFUSED) return { is: "verdict", number: view.getUint32(1), verdict: bytes[5] };
  if (kind === STANDING) return { is: "standing", ...flags(bytes[1]) };
  if (kind === WRITING) return { is: "people", ...JSON.parse(new TextDecoder().decode(bytes.slice(1))) };
  return {};
}

/** Bytes as letters, for a form and for what a browser keeps. */
export function letters(bytes) {
  let found = "";
  for (let at = 0; at < bytes.length; at += 8192) found += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(found);
}
