import { describe } from 'vitest'
import { referenceAvailable } from './support/reference.ts'
import { compareVerdicts } from './support/verdicts.ts'

if (!referenceAvailable) console.log('verdicts of the deployed definitions: skipped, they are not at hand')

describe.skipIf(!referenceAvailable)('verdicts', () => compareVerdicts(60))
