import { badRequest } from '../apimachinery/errors.ts'

/** An object that is put in the place of another must bear its name. Throws BadRequest. */
export function checkName(found: unknown, name: string): void {
  if (found === undefined || found === null || found === '') {
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    )
  }
  if (found !== name) {
    throw badRequest(`the name of the object (${String(found)}) does not match the name on the URL (${name})`)
  }
}
