// What a page does beyond plain HTML. Each part stands alone: without htmx, or without a socket, the rest still works.
import { start as showTimes, answerZone, offerZone } from "sweetspot/times";
import { start as keepUnsent } from "sweetspot/unsent";
import { start as keepDrafts } from "sweetspot/drafts";
import { start as noteVisits } from "sweetspot/visits";
import { start as nameSomebody } from "sweetspot/naming";
import { start as takeFiles } from "sweetspot/attaching";
import { start as askAboutPassages } from "sweetspot/passages";

keepUnsent();
keepDrafts();
noteVisits();
nameSomebody();
takeFiles();
askAboutPassages();
showTimes();
answerZone();
offerZone();

if (window.htmx) {
  // <details> that a reader opened stay open, whatever the server's fragment says.
  htmx.config.morphIgnore = ["data-htmx-powered", "open"];
  const [forms, live] = await Promise.all([import("sweetspot/forms"), import("sweetspot/live")]);
  forms.start();
  live.start();
}
