// What would come of a file, or has come, and what cannot.

import type { ImportReport } from "../../clients/typescript/src/index.js";
import { both, count } from "./importing.js";

export function Report({ report, isDry = false }: { report: ImportReport; isDry?: boolean }) {
  const { created, skipped, skipped_in_trash, failed, lists, failures, not_carried_over } = report;
  const comes = created + lists.created;
  const isThere = skipped + lists.skipped;
  const fails = failed + lists.failed;
  return (
    <div class="report">
      <h3>{headline(report, isDry)}</h3>
      {isThere > 0 && comes > 0 && (
        <p>{`${both(skipped, lists.skipped)} ${isThere === 1 ? "is" : "are"} here already, and ${
          isThere === 1 ? "stays" : "stay"
        } as ${isThere === 1 ? "it is" : "they are"}.`}</p>
      )}
      {skipped_in_trash + lists.skipped_in_trash > 0 && (
        <p>
          {`In the trash: ${both(skipped_in_trash, lists.skipped_in_trash)}. Restore from there.`}
        </p>
      )}
      {fails > 0 && (
        <details open={fails <= 5}>
          <summary>{`${both(failed, lists.failed)} cannot be taken over`}</summary>
          <ul class="faults">
            {failures.map(({ line, reason }) => (
              <li key={`${line} ${reason}`}>{`Line ${line}: ${reason}`}</li>
            ))}
            {fails > failures.length && <li>{`and ${count(fails - failures.length, "other")}`}</li>}
          </ul>
        </details>
      )}
      {not_carried_over.length > 0 && (
        <details open={not_carried_over.length <= 6}>
          <summary>Not carried over, since it has no place here</summary>
          <ul class="faults">
            {not_carried_over.map(({ what, count, lines }) => (
              <li key={what}>
                {`${what}, ${count === 1 ? "once" : `${count.toLocaleString()} times`} `}
                <span class="hint">{`(${sayLines(lines, count)})`}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function headline({ created, skipped, lists }: ImportReport, isDry: boolean): string {
  if (created + lists.created > 0)
    return `${both(created, lists.created)} ${isDry ? "would come" : "have come"}`;
  const isThere = skipped + lists.skipped;
  if (isThere === 0) return "There is nothing in it that could come";
  return `Nothing new: ${both(skipped, lists.skipped)} ${isThere === 1 ? "is" : "are"} here already`;
}

function sayLines(lines: readonly number[], count: number): string {
  const more = count > lines.length ? ", …" : "";
  return `${lines.length === 1 && more === "" ? "line" : "lines"} ${lines.join(", ")}${more}`;
}
