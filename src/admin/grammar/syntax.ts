/** Where a node stands in its source: offsets of its first character and behind its last one. */
export interface Place {
  readonly start: number
  readonly end: number
}

/** Operators between two values; comparisons ignore case unless written with `c` (`-ceq`). */
export type BinaryOperator =
  | 'and'
  | 'or'
  | 'xor'
  | 'eq'
  | 'ne'
  | 'gt'
  | 'ge'
  | 'lt'
  | 'le'
  | 'like'
  | 'notlike'
  | 'match'
  | 'notmatch'
  | 'contains'
  | 'notcontains'
  | 'in'
  | 'notin'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'

/** A name and its value in `@{Name=value}`. */
export interface TableEntry extends Place {
  readonly key: Expression
  readonly value: Statement
}

/** What each kind of expression holds. */
export type ExpressionBody =
  | { readonly kind: 'text'; readonly value: string; readonly bare: boolean }
  | {
      readonly kind: 'expandable'
      readonly parts: readonly (string | Expression)[]
      readonly bare: boolean
    }
  | { readonly kind: 'number'; readonly value: number; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'array'; readonly body: Script }
  | { readonly kind: 'sub'; readonly body: Script }
  | { readonly kind: 'group'; readonly body: Statement }
  | { readonly kind: 'table'; readonly entries: readonly TableEntry[] }
  | { readonly kind: 'block'; readonly body: Script; readonly source: string }
  | { readonly kind: 'member'; readonly target: Expression; readonly name: string }
  | {
      readonly kind: 'call'
      readonly target: Expression
      readonly name: string
      readonly items: readonly Expression[]
    }
  | { readonly kind: 'index'; readonly target: Expression; readonly index: Expression }
  | { readonly kind: 'type'; readonly name: string }
  | {
      readonly kind: 'static'
      readonly type: string
      readonly name: string
      /** Undefined for a property: `[DateTime]::Now`. */
      readonly items: readonly Expression[] | undefined
    }
  | { readonly kind: 'cast'; readonly type: string; readonly operand: Expression }
  | {
      readonly kind: 'unary'
      readonly operator: 'not' | '-' | '+'
      readonly operand: Expression
    }
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly caseSensitive: boolean
      readonly left: Expression
      readonly right: Expression
    }

/** A value to be worked out. */
export type Expression = Place & ExpressionBody

/** One kind of expression. */
export type ExpressionOf<Kind extends ExpressionBody['kind']> = Place &
  Extract<ExpressionBody, { kind: Kind }>

/** `-Name`, and its value when one was joined to it by a colon. */
export interface ParameterWord extends Place {
  readonly kind: 'parameter'
  readonly name: string
  readonly value: Expression | undefined
}

/** A value among a command's words; it belongs to the parameter before it, or to a position. */
export interface ArgumentWord extends Place {
  readonly kind: 'argument'
  readonly value: Expression
}

export type CommandWord = ParameterWord | ArgumentWord

/** A command name and its words, in the order written. */
export interface CommandCall extends Place {
  readonly kind: 'command'
  readonly name: string
  readonly namePlace: Place
  readonly words: readonly CommandWord[]
}

/** An expression as the first element of a pipeline. */
export interface ExpressionCall extends Place {
  readonly kind: 'expression'
  readonly value: Expression
}

/** `> file` or `>> file` behind a pipeline. */
export interface Redirection extends Place {
  readonly append: boolean
  readonly target: Expression
}

export interface Pipeline extends Place {
  readonly kind: 'pipeline'
  readonly elements: readonly (CommandCall | ExpressionCall)[]
  readonly redirection: Redirection | undefined
}

/** `$name = statement`, or `+=`. */
export interface Assignment extends Place {
  readonly kind: 'assignment'
  readonly name: string
  readonly add: boolean
  readonly value: Statement
}

export type Statement = Pipeline | Assignment

/** Statements one after the other: a line, a file, or the inside of a block. */
export interface Script extends Place {
  readonly statements: readonly Statement[]
}
