// Where this page is in each of its streams: #page[data-positions] = "stream.epoch.seq,…". The attribute is the only
// copy, so whatever replaces the page brings its positions along.
const page = () => document.getElementById("page");
const read = (text) => new Map((text || "").split(",").filter(Boolean).map((position) => {
  const [stream, epoch, seq] = position.split(".");
  return [stream, { epoch, seq: Number(seq) }];
}));

export const positions = () => page()?.dataset.positions || "";

/** How `at` relates to this page. Streams the page does not show are not counted. */
export function compare(at) {
  const here = read(positions());
  const known = [...read(at)].filter(([stream]) => here.has(stream));
  return {
    foreign: known.some(([stream, there]) => there.epoch !== here.get(stream).epoch),
    ahead: known.some(([stream, there]) => there.seq > here.get(stream).seq),
    old: known.length > 0 && known.every(([stream, there]) => there.seq < here.get(stream).seq),
  };
}

export function advance(at) {
  const here = read(positions());
  for (const [stream, there] of read(at)) {
    const mine = here.get(stream);
    if (mine && there.seq > mine.seq) mine.seq = there.seq;
  }
  if (here.size) page().dataset.positions = [...here].map(([stream, { epoch, seq }]) => `${stream}.${epoch}.${seq}`).join(",");
}
