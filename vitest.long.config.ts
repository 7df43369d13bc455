import { defineConfig } from 'vitest/config'

/** What takes longer than `npm test` may: clients in other languages, crash rounds, fuzzing. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts', 'test/**/*.long.test.ts'],
    passWithNoTests: false,
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 900_000,
    hookTimeout: 300_000,
  },
})
