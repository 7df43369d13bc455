import { object, optional, text } from '../field.ts'

/** The older way of saying who reported an event. */
export function eventSource(description: string) {
  return object(description, {
    component: optional(text('The program that reported it.')),
    host: optional(text('The machine that it was running on.')),
  })
}
