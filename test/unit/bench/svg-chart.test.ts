import { describe, expect, test } from 'vitest'
import { chartSvg } from '../../../bench/svg-chart.ts'
import { sampleFigures, sampleResult, sampleScenario } from '../../support/bench-result.ts'

const duel = (name: string, relay: number, postfix: number, target?: number) =>
  sampleScenario({
    ...{ name, ratio: relay / postfix },
    relay: sampleFigures('relay', [relay]),
    postfix: sampleFigures('Postfix', [postfix]),
    ...(target !== undefined && { target }),
  })

const widths = (svg: string, kind: string) =>
  [
    ...svg.matchAll(new RegExp(`<rect class="${kind}"[^>]* width="([\\d.]+)" height="15"`, 'g')),
  ].map(([, width]) => Number(width))

describe('the chart', () => {
  const svg = chartSvg(sampleResult(duel('kept', 4000, 1000, 5), duel('1mb', 50, 100)))

  test('draws each pair to its own scale, the relay as long as the ratio', () => {
    const [keptRelay = NaN, largeRelay = NaN] = widths(svg, 'relay')
    const [keptPostfix = NaN, largePostfix = NaN] = widths(svg, 'postfix')
    expect(keptRelay / keptPostfix).toBeCloseTo(4, 1)
    expect(largeRelay / largePostfix).toBeCloseTo(0.5, 1)
    expect(keptPostfix).toBe(largePostfix)
  })

  test('writes rates, ratios and the machine', () => {
    for (const words of [
      '4,000/s',
      '1,000/s',
      '4.00×',
      '0.50×',
      'Example 9000',
      'Postfix 3.7.11',
    ]) {
      expect(svg).toContain(words)
    }
  })

  test('marks a target where there is one, and makes room for it', () => {
    expect(svg.match(/class="target"/g)).toHaveLength(2) // the legend's, and one
    expect(svg).toContain('5×')
  })

  test('leaves out what is no pair of rates', () => {
    expect(chartSvg(sampleResult(sampleScenario({ name: 'idle' })))).not.toContain('idle')
  })

  test('is well-formed whatever a title says', () => {
    const odd = { ...duel('kept', 2, 1), title: 'a < b & c > d' }
    expect(chartSvg(sampleResult(odd))).toContain('a &lt; b &amp; c &gt; d')
  })
})
