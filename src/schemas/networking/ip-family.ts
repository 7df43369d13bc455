import { choice } from '../field.ts'

export const ipFamilies = ['IPv4', 'IPv6'] as const

export type IpFamily = (typeof ipFamilies)[number]

export function ipFamily(description: string) {
  return choice(description, ipFamilies)
}
