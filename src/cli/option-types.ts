/** A fault in what the user typed: one line, without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/**
 * One option of the program: the flag, the environment variable of the same name, its meaning and how it is read.
 * Flags come before variables, variables before `fallback`.
 */
export interface OptionDefinition<Value> {
  /** Without the dashes: `state-dir` is `--state-dir` and `DATUM_LOCAL_STATE_DIR`. */
  readonly flag: string
  /** What stands for the value in the help; absent for an option without one. */
  readonly placeholder?: string
  readonly help: string
  readonly fallback: Value
  /** May be given several times; in a variable the values are separated by commas. */
  readonly repeatable: boolean
  /** The value from the texts given, one unless `repeatable`. Throws a UsageError that does not name the option. */
  read(texts: readonly string[]): Value
}

interface Description<Value> {
  readonly flag: string
  readonly help: string
  readonly fallback: Value
}

function single<Value>(
  description: Description<Value> & { placeholder: string },
  read: (text: string) => Value,
): OptionDefinition<Value> {
  // The last one given wins, as with most programs.
  return { ...description, repeatable: false, read: (texts) => read(texts.at(-1) ?? '') }
}

export function integer(
  description: Description<number> & { placeholder: string; minimum: number; maximum: number },
): OptionDefinition<number> {
  const { minimum, maximum } = description
  return single(description, (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new UsageError(`${quote(text)} is not a whole number from ${minimum} to ${maximum}`)
    }
    return value
  })
}

/** Any text; `check` returns what is wrong with it, or undefined. */
export function text<Value extends string | undefined>(
  description: Description<Value> & { placeholder: string; check?: Check },
): OptionDefinition<Value | string> {
  return single<Value | string>(description, (given) => checked(given, description.check))
}

type Check = (text: string) => string | undefined

function checked(given: string, check: Check | undefined): string {
  const fault = given === '' ? 'a value is missing' : check?.(given)
  if (fault !== undefined) throw new UsageError(fault)
  return given
}

export function choice<Value extends string>(
  description: Description<Value> & { values: readonly Value[] },
): OptionDefinition<Value> {
  const { values } = description
  return single({ ...description, placeholder: values.join('|') }, (given) => {
    const value = values.find((each) => each === given)
    if (value === undefined) throw new UsageError(`${quote(given)} is none of ${values.join(', ')}`)
    return value
  })
}

/** Several texts, each checked; with a `separator` one text may hold several of them too. */
export function list(
  description: Description<readonly string[]> & { placeholder: string; check?: Check; separator?: string },
): OptionDefinition<readonly string[]> {
  const { check, separator } = description
  return {
    ...description,
    repeatable: true,
    read: (texts) =>
      texts
        .flatMap((text) =>
          separator === undefined ? [text] : text.split(separator).map((each) => each.trim()),
        )
        .map((each) => checked(each, check)),
  }
}

/** On or off: the flag alone turns it on, a variable says which. */
export function toggle(description: { flag: string; help: string }): OptionDefinition<boolean> {
  return {
    ...description,
    fallback: false,
    repeatable: false,
    read(texts) {
      const given = (texts.at(-1) ?? '').toLowerCase()
      if (['true', '1', 'yes', 'on'].includes(given)) return true
      if (['false', '0', 'no', 'off', ''].includes(given)) return false
      throw new UsageError(`${quote(given)} is neither true nor false`)
    },
  }
}

export function quote(given: string): string {
  return JSON.stringify(given)
}
