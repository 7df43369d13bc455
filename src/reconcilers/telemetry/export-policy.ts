import type { Client } from '../../controller-runtime/client.ts'
import { type Finding, findCondition, setCondition } from '../../controller-runtime/conditions.ts'
import { addFinalizer, removeFinalizer } from '../../controller-runtime/finalizers.ts'
import type { Reconciler } from '../../controller-runtime/reconciler.ts'
import { Secret } from '../../schemas/core/secret.ts'
import { ExportPolicy, type ExportPolicyObject } from '../../schemas/telemetry/export-policy.ts'
import { type PolicySink, secretFault, secretName, watchSinkSecrets } from './sink-secret.ts'

const exportPolicyFinalizer = 'exportpolicy.telemetry.miloapis.com/controller'

/** Says of each sink of a policy whether it can be used, and of the policy whether all of them can. */
export function createExportPolicyReconciler(): Reconciler<ExportPolicyObject> {
  return {
    name: 'export-policy',
    planes: ['project'],
    for: ExportPolicy,
    ...watchSinkSecrets(),

    async reconcile(key, { client, clock, events }) {
      const policy = await client.get(ExportPolicy, key)
      if (!policy) return undefined
      const { deletionTimestamp, finalizers = [], generation, namespace = '' } = policy.metadata
      if (deletionTimestamp !== undefined) {
        if (!finalizers.includes(exportPolicyFinalizer)) return undefined
        await removeFinalizer(client, ExportPolicy, key, exportPolicyFinalizer)
        return undefined
      }
      if (!finalizers.includes(exportPolicyFinalizer)) {
        await addFinalizer(client, ExportPolicy, key, exportPolicyFinalizer)
        return { requeueAfter: 0 }
      }
      const findings = new Map<string, Finding>()
      for (const sink of policy.spec.sinks) {
        findings.set(sink.name, {
          ...(await acceptance(sink, namespace, client)),
          observedGeneration: generation,
        })
      }
      const ready = readiness([...findings.values()], generation)
      const before = summary(policy)
      const updated = await client.changeStatus(ExportPolicy, key, (draft) => {
        const old = draft.status?.sinks ?? []
        draft.status = {
          ...draft.status,
          conditions: setCondition(draft.status?.conditions, ready, clock.now()),
          sinks: [...findings].map(([name, finding]) => {
            const known = old.find((sink) => sink.name === name)
            return { name, conditions: setCondition(known?.conditions, finding, clock.now()) }
          }),
        }
      })
      if (updated && before !== summary(updated)) {
        const type = ready.status === 'True' ? 'Normal' : 'Warning'
        events.record({ kind: ExportPolicy, object: updated }, type, ready.reason, summary(updated))
      }
      return undefined
    },
  }
}

async function acceptance(sink: PolicySink, namespace: string, client: Client): Promise<Finding> {
  const name = secretName(sink)
  const fault =
    name === undefined ? undefined : secretFault(name, await client.get(Secret, { namespace, name }))
  return fault === undefined
    ? { type: 'Accepted', status: 'True', reason: 'SinkConfigured', message: '' }
    : { type: 'Accepted', status: 'False', reason: 'InvalidAuthentication', message: fault }
}

function readiness(findings: readonly Finding[], observedGeneration: number | undefined): Finding {
  const accepted = findings.filter(({ status }) => status === 'True').length
  const type = 'Ready'
  const message = `${accepted} of ${findings.length} sinks are accepted`
  return accepted === findings.length
    ? { type, status: 'True', reason: 'SinksAccepted', message, observedGeneration }
    : { type, status: 'False', reason: 'SinksNotAccepted', message, observedGeneration }
}

/** What the status says in a line: how many sinks are accepted, and why the others are not. */
function summary({ status }: ExportPolicyObject): string {
  const faults = (status?.sinks ?? []).flatMap(({ name, conditions }) => {
    const accepted = findCondition(conditions, 'Accepted')
    return accepted?.status === 'False' ? [`${name}: ${accepted.message}`] : []
  })
  return [findCondition(status?.conditions, 'Ready')?.message, ...faults].join('; ')
}
