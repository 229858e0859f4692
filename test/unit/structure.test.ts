import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const source = fileURLToPath(new URL('../../src', import.meta.url))

/** Files of src/ with those that each imports at its top, for types alone or not. */
const imports: ReadonlyMap<string, readonly string[]> = readImports()

describe('the source', () => {
  test('has no folder that nobody can take in at a glance', () => {
    const sizes = new Map<string, number>()
    for (const file of imports.keys()) sizes.set(dirname(file), (sizes.get(dirname(file)) ?? 0) + 1)
    expect([...sizes].filter(([, files]) => files > 40)).toEqual([])
  })

  test('has no circle of imports, not even of types', () => {
    expect(circles(imports)).toEqual([])
  })
})

describe('circles', () => {
  test('finds files that lead back to themselves, and no others', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b', 'd']],
      ['d', []],
    ])
    expect(circles(graph)).toEqual([['b', 'c']])
  })
})

function readImports(): ReadonlyMap<string, readonly string[]> {
  const names = readdirSync(source, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => name.endsWith('.ts')).map(normalize)
  return new Map(files.map((file) => [file, importsOf(file)]))
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(source, file), 'utf8')
  return [...text.matchAll(/^(?:import|export|\}).* from '(\.[^']+)'$/gm)].map(([, path = '']) =>
    join(dirname(file), path),
  )
}

/** Each group of nodes that can be reached from one another, in the order of their names (Tarjan). */
function circles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const found: string[][] = []
  const order = new Map<string, number>()
  const stack: string[] = []
  const visit = (node: string): number => {
    let low = order.size
    order.set(node, low)
    stack.push(node)
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next))
      else if (stack.includes(next)) low = Math.min(low, order.get(next) ?? low)
    }
    if (low === order.get(node)) {
      const circle = stack.splice(stack.indexOf(node))
      if (circle.length > 1) found.push(circle.sort())
    }
    return low
  }
  for (const node of graph.keys()) if (!order.has(node)) visit(node)
  return found
}
