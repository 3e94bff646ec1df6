// Says what arrived to people who do not see it arrive: politely, soon when it is one thing, summed up when many.
import { myItems } from "sweetspot/mine";

const SOON = 300, PAUSE = 2000, MOST = 3;
let waiting = [], timer = 0, spoken = 0;

/** `texts`: sentences, or {text, about} with the id of the item, so that nobody is told what they did themselves. */
export function announce(texts) {
  waiting.push(...texts);
  timer ||= setTimeout(speak, Math.max(SOON, spoken + PAUSE - Date.now()));
}

function speak() {
  const region = document.getElementById("announcer");
  const texts = waiting.filter(({ about }) => !myItems().includes(about)).map((said) => said.text ?? said);
  [timer, waiting] = [0, []];
  if (!region || !texts.length) return;
  spoken = Date.now();
  const line = document.createElement("p");
  const { many } = region.dataset;
  line.textContent = many && texts.length > MOST ? many.replace("%(count)s", texts.length) : texts.join(" ");
  region.append(line);
  setTimeout(() => line.remove(), 10_000);
}
