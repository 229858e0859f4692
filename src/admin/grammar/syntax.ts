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
  | 'replace'
  | 'split'
  | 'join'
  | 'f'
  | '..'

/** Operators before one value. */
export type UnaryOperator = 'not' | '-' | '+' | 'split' | 'join'

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
      readonly operator: UnaryOperator
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

/** `@name`: parameters from a table in a variable, or arguments from a list. */
export interface SplatWord extends Place {
  readonly kind: 'splat'
  readonly name: string
}

export type CommandWord = ParameterWord | ArgumentWord | SplatWord

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

/** What `+=` and its like do with what is there. */
export type AssignmentOperator = '+' | '-' | '*' | '/' | '%'

/** `$name = statement`, `$object.Name += statement`, `$count++`. */
export interface Assignment extends Place {
  readonly kind: 'assignment'
  /** A variable, a property, an element, several of them, or one with the type it is cast to. */
  readonly target: Expression
  /** Undefined for a plain `=`. */
  readonly operator: AssignmentOperator | undefined
  readonly value: Statement
  /** What it is worth in brackets: `($count++)` gives what the target held before. */
  readonly gives: 'new' | 'old'
}

/** A condition and what is run when it holds. */
export interface Branch {
  readonly condition: Statement
  readonly body: Script
}

/** `if (…) {…} elseif (…) {…} else {…}`. */
export interface Conditional extends Place {
  readonly kind: 'if'
  readonly branches: readonly Branch[]
  readonly otherwise: Script | undefined
}

/** `foreach ($name in …) {…}`. */
export interface ForEachLoop extends Place {
  readonly kind: 'foreach'
  readonly variable: string
  readonly values: Statement
  readonly body: Script
}

/** `while`, `do … while`, `do … until` and `for`. */
export interface ConditionLoop extends Place {
  readonly kind: 'loop'
  /** Run once before all else: the first part of `for`. */
  readonly first: Statement | undefined
  /** Without one it holds. */
  readonly condition: Statement | undefined
  /** `until`: the loop goes on while the condition does not hold. */
  readonly negated: boolean
  /** Whether the condition is looked at before the body, which may then never run. */
  readonly testsFirst: boolean
  /** Run behind the body: the last part of `for`. */
  readonly next: Statement | undefined
  readonly body: Script
}

/** `break` leaves the innermost loop, `continue` goes to its next round. */
export interface Jump extends Place {
  readonly kind: 'break' | 'continue'
}

/** A statement with blocks of its own. */
export type Control = Conditional | ForEachLoop | ConditionLoop

export type Statement = Pipeline | Assignment | Control | Jump

/** Statements one after the other: a line, a file, or the inside of a block. */
export interface Script extends Place {
  readonly statements: readonly Statement[]
}
