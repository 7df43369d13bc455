// The object that the load writes: a Workload of two placements, about 1.3 kB as it is sent.

/** The text of a Workload. `replicas` makes one differ from the next. */
export function workload(name, replicas = 1, { apiVersion = 'compute.datumapis.com/v1alpha' } = {}) {
  return JSON.stringify({
    apiVersion,
    kind: 'Workload',
    metadata: {
      name,
      labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'bench', tier: 'web' },
      annotations: { 'example.com/description': 'A workload that a benchmark writes, reads and forgets.' },
    },
    spec: {
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': name, tier: 'web' } },
        spec: {
          runtime: {
            resources: { instanceType: 'datumcloud/d1-standard-2' },
            sandbox: {
              containers: [
                {
                  name: 'web',
                  image: 'ghcr.io/example/web:1.27.3',
                  env: [
                    { name: 'LISTEN_ADDRESS', value: '0.0.0.0:8080' },
                    { name: 'LOG_LEVEL', value: 'info' },
                  ],
                  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
                },
              ],
            },
          },
          networkInterfaces: [
            {
              network: { name: 'default' },
              networkPolicy: {
                ingress: [
                  {
                    ports: [{ port: 8080 }],
                    from: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }],
                  },
                ],
              },
            },
          ],
        },
      },
      placements: [
        { name: 'us', cityCodes: ['DFW'], scaleSettings: { minReplicas: replicas } },
        { name: 'eu', cityCodes: ['LHR'], scaleSettings: { minReplicas: 1 } },
      ],
    },
  })
}

/** A merge patch that changes one number. */
export function mergePatch(replicas) {
  return JSON.stringify({
    spec: {
      placements: [
        { name: 'us', cityCodes: ['DFW'], scaleSettings: { minReplicas: replicas } },
        { name: 'eu', cityCodes: ['LHR'], scaleSettings: { minReplicas: 1 } },
      ],
    },
  })
}

/** The text of a Workload in one place, as Datum's controllers take it. */
export function placed(name, replicas) {
  const object = JSON.parse(workload(name, replicas))
  object.spec.placements = object.spec.placements.slice(0, 1)
  return JSON.stringify(object)
}

/** A status; `number` makes one differ from the next. */
export function status(number) {
  return {
    replicas: number,
    currentReplicas: number,
    desiredReplicas: number,
    readyReplicas: number,
    deployments: 1,
  }
}
