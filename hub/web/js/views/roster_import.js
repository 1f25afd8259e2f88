/**
 * A roster from a sheet: chosen, judged by the hub, shown with everything that is wrong or would
 * change; only then taken into the draft. And the way out: the saved list, and a template.
 */

import { actionButton } from "../controls.js";
import { h, joined, keyed, setAttr, setText } from "../dom.js";
import { said } from "../i18n.js";
import { rosterChanges } from "../meetings.js";
import { judgeRoster } from "../rest.js";

const CHANGES_SHOWN = 40;
const FIELD_LABELS = {
  name: "ui_seat_name", role: "ui_seat_role", person: "ui_seat_person", weight: "ui_seat_weight", proxy: "ui_seat_proxy",
};

export class RosterImport {
  #file = h("input", { type: "file", class: "visually-hidden", accept: ".csv,.xlsx,.tsv,.txt" });
  #word = h("span");
  #key = h("label", { class: "action upload" }, this.#file, this.#word);
  #links = ["csv", "xlsx"].map((kind) => ({
    kind,
    template: h("a", { class: "action quiet", download: true, href: `/api/v1/roster/template.${kind}` }),
    out: h("a", { class: "action quiet", download: true }),
  }));
  #title = h("h4", { tabindex: "-1" });
  #problems = h("ul", { class: "row-problems", role: "list", tabindex: "0" });
  #changes = h("ul", { class: "roster-changes", role: "list", tabindex: "0" });
  #left = h("p", { class: "hint" });
  #use = actionButton(() => this.#take(), { kind: "primary" });
  #cancel = actionButton(() => this.#close(), { kind: "quiet" });
  #box = h("div", { class: "import-box", hidden: true }, this.#title, this.#problems, this.#changes, this.#left,
    h("div", { class: "row" }, this.#use.node, this.#cancel.node));
  #found = null;
  #now = null;
  #apply;
  node = h("div", { class: "roster-import" },
    h("div", { class: "row" }, this.#key, ...this.#links.map((link) => link.out), ...this.#links.map((link) => link.template)),
    this.#box);

  /** `take(seats)` puts the list into the draft. */
  constructor(take) {
    this.#apply = take;
    this.#file.addEventListener("change", () => this.#judge(this.#file.files[0]));
  }

  update(view, draft, { isOver, meeting }) {
    this.#now = { view, draft };
    const { t } = view;
    setText(this.#word, t("ui_roster_import"));
    setAttr(this.#key, "hidden", isOver);
    setAttr(this.#file, "disabled", !view.may(null).enabled);
    setAttr(this.#key, "aria-disabled", this.#file.disabled ? "true" : null);
    for (const { kind, template, out } of this.#links) {
      setText(template, t("ui_roster_template", { kind: kind.toUpperCase() }));
      setAttr(template, "hidden", isOver);
      setText(out, t("ui_roster_export", { kind: kind.toUpperCase() }));
      setAttr(out, "href", `/api/v1/meetings/${encodeURIComponent(draft.id)}/roster.${kind}`);
      if (meeting) setAttr(out, "hidden", meeting.seats === 0);
    }
    this.#show();
  }

  async #judge(file) {
    if (!file) return;
    const answer = await judgeRoster(file);
    this.#file.value = "";
    const wrong = { row: 0, column: "", ...(answer.reason ?? { vi: this.#now.view.t("ui_not_sent"), en: this.#now.view.t("ui_not_sent") }) };
    const found = answer.ok ? answer.data : { seats: [], problems: [wrong], left_alone: [] };
    this.#found = { ...found, name: file.name, of: this.#now.draft.id };
    this.#show();
    this.#title.focus();
  }

  #take() {
    this.#apply(this.#found.seats);
    this.#close();
  }

  #close() {
    this.#found = null;
    this.#show();
    this.#file.focus();
  }

  #show() {
    const { view, draft } = this.#now;
    const { t, lang } = view;
    const found = this.#found?.of === draft.id ? this.#found : null;
    setAttr(this.#box, "hidden", found === null);
    if (found === null) return;
    const isWrong = found.problems.length > 0;
    const changes = rosterChanges(draft.form.seats, found.seats);
    setAttr(this.#problems, "hidden", !isWrong);
    setAttr(this.#changes, "hidden", isWrong);
    setAttr(this.#box, "data-wrong", String(isWrong));
    setText(this.#title, isWrong
      ? t("ui_import_wrong", { name: found.name, n: found.problems.length })
      : t("ui_import_right", { name: found.name, n: found.seats.length }));
    keyed(this.#problems, found.problems.map((problem, i) => ({ ...problem, i })), (problem) => problem.i,
      () => h("li", {}, h("strong"), h("span")), (node, problem) => {
        const where = problem.row === 0 ? "" : joined(t("ui_import_row", { n: problem.row }), problem.column);
        setText(node.firstChild, where);
        setText(node.lastChild, said(problem, lang));
      });
    const lines = isWrong ? [] : changeLines(changes, t);
    keyed(this.#changes, lines, (line) => line.id, () => h("li"), (node, line) => {
      setText(node, line.text);
      setAttr(node, "data-kind", line.kind);
    });
    const ignored = found.left_alone.length > 0 ? t("ui_import_ignored", { columns: found.left_alone.join(", ") }) : "";
    setText(this.#left, joined(isWrong ? t("ui_import_nothing") : t("ui_import_same", { n: changes.same }), ignored));
    this.#use.update({ label: t("ui_import_use"), hidden: isWrong });
    this.#cancel.update({ label: t(isWrong ? "ui_close" : "ui_cancel") });
  }
}

function changeLines({ added, removed, changed }, t) {
  const named = (entry) => joined(entry.seat, entry.name);
  const lines = [
    ...added.map((entry) => ({ kind: "added", id: `+${entry.seat}`, text: t("ui_import_added", { who: named(entry) }) })),
    ...removed.map((entry) => ({ kind: "removed", id: `-${entry.seat}`, text: t("ui_import_removed", { who: named(entry) }) })),
    ...changed.map(({ entry, fields }) => ({
      kind: "changed",
      id: `~${entry.seat}`,
      text: t("ui_import_changed", { who: named(entry), what: fields.map((name) => t(FIELD_LABELS[name]).toLowerCase()).join(", ") }),
    })),
  ];
  if (lines.length <= CHANGES_SHOWN) return lines;
  const rest = { kind: "more", id: "more", text: t("ui_import_more", { n: lines.length - CHANGES_SHOWN }) };
  return [...lines.slice(0, CHANGES_SHOWN), rest];
}
