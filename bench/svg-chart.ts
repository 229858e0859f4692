import { middle } from './contest.ts'
import { figure } from './figure.ts'
import { machineLine } from './machine.ts'
import type { BenchResult, ScenarioResult } from './result.ts'

/** One pair of bars. */
interface Pair {
  readonly name: string
  readonly title: string
  readonly relay: number
  readonly postfix: number
  readonly ratio: number
  readonly target: number | undefined
}

const layout = {
  width: 880,
  /** Where the bars begin, and how much of the width the longest may take. */
  left: 300,
  barWidth: 430,
  top: 96,
  rowHeight: 52,
  barHeight: 15,
  footer: 78,
} as const

const figureWidth = 60

/** Greys and a blue that can be read on white and on black alike; exact ones where the reader's choice is known. */
const style = `
text { font: 13px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #768390; }
.title { font-size: 17px; font-weight: 600; }
.name, .ratio { font-weight: 600; }
.ratio { font-size: 16px; }
.small { font-size: 11.5px; }
.relay { fill: #2f81f7; }
.postfix { fill: #9aa4af; }
.grid { stroke: #768390; stroke-opacity: 0.25; }
.target { stroke: #d29922; stroke-width: 2; }
@media (prefers-color-scheme: light) { text { fill: #57606a; } .title, .name, .ratio { fill: #1f2328; } }
@media (prefers-color-scheme: dark) { text { fill: #9198a1; } .title, .name, .ratio { fill: #f0f6fc; } }
`

/**
 * The rates of relay and Postfix side by side. Rates differ a thousandfold between scenarios, so each
 * pair has a scale of its own, on which Postfix is 1: the relay's bar is as long as the ratio.
 */
export function chartSvg(result: BenchResult): string {
  const pairs = result.scenarios.flatMap(pairOf)
  const most = Math.ceil(Math.max(1, ...pairs.flatMap(({ ratio, target = 0 }) => [ratio, target])))
  const bottom = layout.top + pairs.length * layout.rowHeight
  const height = bottom + layout.footer
  const parts = [
    `<style>${style}</style>`,
    ...head(),
    ...grid(most, bottom),
    ...pairs.flatMap((pair, row) => pairBars(pair, row, most)),
    ...foot(result, bottom),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${layout.width} ${height}" width="${layout.width}" height="${height}" role="img" aria-label="Messages per second, the relay beside Postfix">\n${parts.join('\n')}\n</svg>\n`
}

function pairOf({ name, title, relay, postfix, ratio, target }: ScenarioResult): Pair[] {
  if (relay === undefined || postfix === undefined || ratio === undefined) return []
  return [
    {
      ...{ name, title, ratio, target },
      relay: middle(relay, ({ rate }) => rate),
      postfix: middle(postfix, ({ rate }) => rate),
    },
  ]
}

function head(): string[] {
  const key = (x: number, kind: string, label: string) => [
    `<rect class="${kind}" x="${x}" y="49" width="12" height="12" rx="2"/>`,
    text(x + 18, 60, label),
  ]
  return [
    text(16, 30, 'Messages per second, from the first connection to the last arrival', 'title'),
    ...key(layout.left, 'relay', 'Edge Relay'),
    ...key(layout.left + 110, 'postfix', 'Postfix'),
    `<line class="target" x1="${layout.left + 200}" y1="48" x2="${layout.left + 200}" y2="62"/>`,
    text(layout.left + 208, 60, 'target'),
  ]
}

/** A line at each whole multiple of Postfix's rate. */
function grid(most: number, bottom: number): string[] {
  const lines: string[] = []
  const step = Math.ceil(most / 10)
  for (let at = 0; at <= most; at += step) {
    const x = position(at, most)
    lines.push(
      `<line class="grid" x1="${x}" y1="${layout.top - 6}" x2="${x}" y2="${bottom}"/>`,
      text(x, layout.top - 11, `${at}×`, 'small', 'middle'),
    )
  }
  return lines
}

function pairBars(pair: Pair, row: number, most: number): string[] {
  const y = layout.top + row * layout.rowHeight + 8
  const second = y + layout.barHeight + 3
  const bar = (kind: string, at: number, length: number, rate: number) => {
    const end = position(length, most)
    const width = round(end - layout.left)
    // The target's line must not go through the figure.
    const mark = pair.target === undefined ? 0 : position(pair.target, most)
    const figureAt = kind === 'relay' && mark >= end && mark < end + figureWidth ? mark : end
    return [
      `<rect class="${kind}" x="${layout.left}" y="${at}" width="${width}" height="${layout.barHeight}" rx="2"/>`,
      text(figureAt + 8, at + 12, `${figure(rate)}/s`, 'small'),
    ]
  }
  const target = pair.target === undefined ? [] : [targetLine(position(pair.target, most), y)]
  return [
    text(16, y + 13, pair.name, 'name'),
    text(16, y + 29, pair.title, 'small'),
    ...bar('relay', y, pair.ratio, pair.relay),
    ...bar('postfix', second, 1, pair.postfix),
    ...target,
    text(layout.width - 16, y + 22, `${pair.ratio.toFixed(2)}×`, 'ratio', 'end'),
  ]
}

function targetLine(x: number, y: number): string {
  return `<line class="target" x1="${x}" y1="${y - 3}" x2="${x}" y2="${y + layout.barHeight + 3}"/>`
}

function foot({ machine, rounds, quick }: BenchResult, bottom: number): string[] {
  const how = `${rounds === 1 ? 'One round' : `Medians of ${rounds} rounds in turns`}${quick ? ', quick' : ''}; each pair is drawn to its own scale, on which Postfix is 1. Both flush every message to disk before 250.`
  const words = machineLine(machine).split(', ')
  return [
    text(16, bottom + 24, how, 'small'),
    text(16, bottom + 42, words.slice(0, 5).join(', '), 'small'),
    text(16, bottom + 60, words.slice(5).join(', '), 'small'),
  ]
}

function position(multiple: number, most: number): number {
  return round(layout.left + (multiple / most) * layout.barWidth)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function text(x: number, y: number, words: string, kind = '', anchor = 'start'): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const look = kind === '' ? '' : ` class="${kind}"`
  const place = anchor === 'start' ? '' : ` text-anchor="${anchor}"`
  return `<text x="${x}" y="${y}"${look}${place}>${escaped}</text>`
}
