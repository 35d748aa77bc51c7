import type { Colour, Terminal } from '../command-line';
import { wrap } from '../wrap';
import type { Finding, Verdict } from './check';
import type { Checked } from './run-checks';

const MARKS: Record<Verdict, [mark: string, colour: Colour]> = {
  ok: ['✔', 'green'],
  warning: ['!', 'yellow'],
  problem: ['✖', 'red'],
  skipped: ['–', 'dim'],
};
const NAME_WIDTH = 15;
const COLUMNS = 80;

/** A line for each check that is well; for the others, a line for each finding, and what to do about it. */
export function showChecks(checks: Checked[], terminal?: Terminal): string {
  const paint = (colour: Colour, text: string) => (terminal ? terminal.paint(colour, text) : text);
  const columns = terminal?.columns ?? COLUMNS;
  const indent = ' '.repeat(NAME_WIDTH + 2);
  const lines = checks.flatMap(({ name, findings }) => {
    const well = findings.filter(({ verdict }) => verdict === 'ok');
    const line: Finding = { verdict: 'ok', seen: well.map(({ seen }) => seen).join(', ') };
    const fitsOneLine = well.length > 0 && line.seen.length <= columns - indent.length;
    const others = findings.filter(({ verdict }) => verdict !== 'ok');
    const shown = [...(fitsOneLine ? [line] : well), ...others];
    return shown.flatMap(({ verdict, seen, fix }, i) => {
      const [mark, colour] = MARKS[verdict];
      const [first = '', ...rest] = wrap(seen, columns - indent.length);
      const label = (i === 0 ? name : '').padEnd(NAME_WIDTH);
      return [
        `${paint(colour, mark)} ${label}${first}`,
        ...rest.map((line) => indent + line),
        ...wrap(fix ?? '', columns - indent.length - 2).map(
          (line, n) => indent + paint('cyan', `${n === 0 ? '→' : ' '} ${line}`),
        ),
      ];
    });
  });
  return [...lines, '', paint(MARKS[summaryOf(checks).verdict][1], summaryOf(checks).text)].join('\n');
}

/** The last line: how many findings there are, not checks. */
export function summaryOf(checks: Checked[]): { verdict: Verdict; text: string } {
  const findings = checks.flatMap((check) => check.findings);
  const count = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
  const [problems, warnings, left] = [count('problem'), count('warning'), count('skipped')];
  const also = [
    warnings > 0 && `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
    left > 0 && `${left} not checked`,
  ].filter(Boolean);
  const rest = also.length > 0 ? `, ${also.join(', ')}` : '';
  if (problems > 0) {
    return { verdict: 'problem', text: `${problems} ${problems === 1 ? 'problem' : 'problems'}${rest}.` };
  }
  if (also.length > 0) return { verdict: 'warning', text: `No problem${rest}.` };
  return { verdict: 'ok', text: 'All well.' };
}
