import type {
  ConditionLoop,
  CommandCall,
  Expression,
  ExpressionCall,
  Pipeline,
  Script,
  Statement,
} from '../../src/admin/grammar/syntax.ts'

/** A tree as one line, with brackets where the grammar groups: what a table test compares. */
export function shapeOf({ statements }: Script): string {
  return statements.map(statementShape).join(' ; ')
}

function statementShape(statement: Statement): string {
  switch (statement.kind) {
    case 'pipeline':
      return pipelineShape(statement)
    case 'assignment': {
      const { target, operator = '', value, gives } = statement
      const sign = `${operator}=${gives === 'old' ? ' (old)' : ''}`
      return `${expressionShape(target)} ${sign} ${statementShape(value)}`
    }
    case 'if': {
      const { branches, otherwise } = statement
      const ifs = branches.map((each) => `if ${statementShape(each.condition)} ${block(each.body)}`)
      return [...ifs, ...(otherwise === undefined ? [] : [block(otherwise)])].join(' else ')
    }
    case 'foreach':
      return `foreach $${statement.variable} in ${statementShape(statement.values)} ${block(statement.body)}`
    case 'loop':
      return loopShape(statement)
    default:
      return statement.kind
  }
}

const block = (body: Script) => `{${shapeOf(body)}}`

function loopShape({ first, condition, negated, testsFirst, next, body }: ConditionLoop): string {
  const optional = (word: string, statement: Statement | undefined) =>
    statement === undefined ? [] : [`${word} ${statementShape(statement)}`]
  const test = optional(negated ? 'until' : 'while', condition)
  const head = [...optional('first', first), ...(testsFirst ? test : [])]
  return [...head, block(body), ...optional('next', next), ...(testsFirst ? [] : test)].join(' ')
}

function pipelineShape(statement: Pipeline): string {
  const { redirection } = statement
  const file =
    redirection === undefined
      ? ''
      : ` ${redirection.append ? '>>' : '>'} ${expressionShape(redirection.target)}`
  return statement.elements.map(elementShape).join(' | ') + file
}

function elementShape(element: CommandCall | ExpressionCall): string {
  if (element.kind === 'expression') return expressionShape(element.value)
  const words = element.words.map((word) => {
    if (word.kind === 'argument') return expressionShape(word.value)
    if (word.kind === 'splat') return `@${word.name}`
    return word.value === undefined
      ? `-${word.name}`
      : `-${word.name}:${expressionShape(word.value)}`
  })
  return [element.name, ...words].join(' ')
}

const listShape = (nodes: readonly Expression[]) => nodes.map(expressionShape).join(', ')

/** Unquoted words stand bare, strings in single quotes, parts of expanded strings in angle brackets. */
export function expressionShape(node: Expression): string {
  switch (node.kind) {
    case 'text':
      return node.bare ? node.value : `'${node.value}'`
    case 'expandable':
      return `"${node.parts.map((part) => (typeof part === 'string' ? part : `<${expressionShape(part)}>`)).join('')}"`
    case 'number':
      return `#${node.value}`
    case 'variable':
      return `$${node.name}`
    case 'list':
      return `[${listShape(node.items)}]`
    case 'array':
      return `@(${shapeOf(node.body)})`
    case 'sub':
      return `$(${shapeOf(node.body)})`
    case 'group':
      return `(${statementShape(node.body)})`
    case 'table':
      return `@{${node.entries.map(({ key, value }) => `${expressionShape(key)}=${statementShape(value)}`).join(' ; ')}}`
    case 'block':
      return `{${shapeOf(node.body)}}`
    case 'member':
      return `${expressionShape(node.target)}.${node.name}`
    case 'call':
      return `${expressionShape(node.target)}.${node.name}(${listShape(node.items)})`
    case 'index':
      return `${expressionShape(node.target)}[${expressionShape(node.index)}]`
    case 'type':
      return `<${node.name}>`
    case 'static':
      return `<${node.type}>::${node.name}${node.items === undefined ? '' : `(${listShape(node.items)})`}`
    case 'cast':
      return `<${node.type}>${expressionShape(node.operand)}`
    case 'unary':
      return `(${node.operator} ${expressionShape(node.operand)})`
    case 'binary':
      return `(${expressionShape(node.left)} ${node.caseSensitive ? 'c:' : ''}${node.operator} ${expressionShape(node.right)})`
  }
}
