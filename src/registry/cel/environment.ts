import { checkExpression, type Issue } from './checker.ts'
import { constantFault } from './constants.ts'
import type { DeclaredSize } from './cost/declared-sizes.ts'
import { estimateCost } from './cost/estimate.ts'
import { compileProgram, type Program } from './evaluator.ts'
import type { CelFunction } from './function.ts'
import { addresses } from './library/addresses.ts'
import { conversions } from './library/conversions.ts'
import { formats } from './library/formats.ts'
import { lists, sets } from './library/lists.ts'
import { operators } from './library/operators.ts'
import { optionals } from './library/optionals.ts'
import { quantities } from './library/quantities.ts'
import { strings } from './library/strings.ts'
import { times } from './library/times.ts'
import { urls } from './library/urls.ts'
import { versions } from './library/versions.ts'
import { parseExpression } from './parser.ts'
import { CelSyntaxError, formatIssues } from './syntax.ts'
import type { CelType } from './types.ts'

/** An expression that can be run, or what is wrong with it, in cel-go's form. */
export type Compilation =
  | {
      readonly program: Program
      readonly type: CelType
      readonly reads: ReadonlySet<string>
      /** What a run costs at most over data of this size. */
      readonly estimateCost: (root: DeclaredSize) => number
    }
  | { readonly fault: string; readonly stage?: 'instantiation' }

/** The language as a real server of 1.34 has it in custom resources. */
export interface CelEnvironment {
  /** Compiles over typed variables, whose values a run takes in this order. */
  compile(text: string, variables: ReadonlyMap<string, CelType>): Compilation
}

const library = [
  operators,
  conversions,
  times,
  strings,
  lists,
  sets,
  optionals,
  addresses,
  urls,
  quantities,
  versions,
  formats,
]

/** Every function of the language, by name. */
export function celFunctions(): ReadonlyMap<string, CelFunction> {
  return new Map(library.flat().map((each) => [each.name, each]))
}

export function createCelEnvironment(): CelEnvironment {
  const functions = celFunctions()
  return {
    compile(text, variables) {
      const failed = (issues: readonly Issue[]) => ({ fault: formatIssues(text, issues) })
      try {
        const expression = parseExpression(text)
        const checked = checkExpression(expression, variables, functions)
        if (checked.issues.length > 0) return failed(checked.issues)
        const unconvertible = constantFault(checked, functions)
        if (unconvertible) return { fault: unconvertible, stage: 'instantiation' }
        const program = compileProgram(expression, [...variables.keys()], functions)
        return {
          program,
          type: checked.type,
          reads: checked.reads,
          estimateCost: (root) => estimateCost(expression, checked, root),
        }
      } catch (error) {
        if (error instanceof CelSyntaxError) return failed([error])
        throw error
      }
    },
  }
}
