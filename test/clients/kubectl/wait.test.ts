import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasKubectl, type KubectlSession, startKubectlSession, widget } from '../support/kubectl.ts'

describe.runIf(hasKubectl)('kubectl wait', () => {
  let session: KubectlSession

  beforeAll(async () => {
    session = await startKubectlSession()
    await session.enterNamespace('shop')
    await session.run(['create', '-f', '-'], { input: widget('apple') })
  }, 60_000)

  afterAll(() => session?.[Symbol.asyncDispose]())

  const setReady = (status: string) => {
    const body = JSON.stringify({ status: { conditions: [{ type: 'Ready', status }] } })
    return session.run(['patch', 'wd', 'apple', '--subresource=status', '--type=merge', '-p', body])
  }

  /** Starts to wait, and resolves when its watch stands. */
  async function waitFor(...words: string[]) {
    const waiting = session.start(['wait', '--timeout=15s', '-v=6', ...words])
    await waiting.said(/watch=true.*200 OK/)
    return waiting
  }

  test('--for=condition ends when the condition comes', async () => {
    const waiting = await waitFor('--for=condition=Ready', 'widget/apple')
    await setReady('True')
    expect(await waiting.ended).toMatchObject({ code: 0, out: 'widget.example.com/apple condition met\n' })
  })

  test('--for=condition=Ready=false takes any value', async () => {
    const waiting = await waitFor('--for=condition=Ready=False', 'widget/apple')
    await setReady('False')
    expect((await waiting.ended).code).toBe(0)
  })

  test('--for=jsonpath ends when a field has its value', async () => {
    const waiting = await waitFor('--for=jsonpath={.spec.color}=green', 'widget/apple')
    await session.run(['patch', 'wd', 'apple', '--type=merge', '-p', '{"spec":{"color":"green"}}'])
    expect((await waiting.ended).code).toBe(0)
  })

  test('--for=create ends when it is there', async () => {
    const waiting = session.start(['wait', '--for=create', 'widget/late', '--timeout=15s', '-v=6'])
    await waiting.said(/widgets/)
    await session.run(['create', '-f', '-'], { input: widget('late') })
    expect((await waiting.ended).code).toBe(0)
  })

  test('--for=delete ends when it is gone', async () => {
    const waiting = await waitFor('--for=delete', 'widget/late')
    await session.run(['delete', 'widget', 'late'])
    expect((await waiting.ended).code).toBe(0)
    expect(await session.run(['wait', '--for=delete', 'widget/late', '--timeout=5s'])).toBe('')
  })

  test('--timeout ends it with a word', async () => {
    expect(await session.refused(['wait', '--for=condition=Never', 'widget/apple', '--timeout=1s'])).toBe(
      'error: timed out waiting for the condition on widgets/apple\n',
    )
  })

  test('all that a selector finds', async () => {
    await session.run(['create', '-f', '-'], { input: widget('one', {}, { labels: { batch: '1' } }) })
    await session.run(['create', '-f', '-'], { input: widget('two', {}, { labels: { batch: '1' } }) })
    expect(await session.run(['wait', '--for=jsonpath={.spec.color}=blue', 'wd', '-l', 'batch=1'])).toBe(
      'widget.example.com/one condition met\nwidget.example.com/two condition met\n',
    )
  })
})
