import { type FieldError, invalid, notSupported, required } from '../../apimachinery/field-error.ts'
import { compareQuantity, formatQuantity, parseQuantity, type Quantity } from '../../apimachinery/quantity.ts'
import type { Volume } from './volume.ts'

const supportedDiskType = 'pd-standard'
const supportedImage = 'datumcloud/ubuntu-2204-lts'
const supportedFilesystem = 'ext4'

type Disk = NonNullable<Volume['disk']>
type DiskResources = NonNullable<Disk['template']['spec']['resources']>
type DiskPopulator = NonNullable<Disk['template']['spec']['populator']>

const gibibyte = 1024n ** 3n
const nanosPerUnit = 1_000_000_000n
const smallest = quantityOf('10Gi')
const largest = quantityOf('100Gi')
const imageSize = quantityOf('25Gi')

function quantityOf(text: string): Quantity {
  const quantity = parseQuantity(text)
  if (!quantity) throw new Error(`not a quantity: ${text}`)
  return quantity
}

/** `path` is that of the volume's `disk`. */
export function checkDisk(path: string, disk: Disk): FieldError[] {
  const template = disk.template
  if (template === undefined) return [required(`${path}.template`)]
  const { type, populator, resources } = template.spec
  const specPath = `${path}.template.spec`
  const errors: FieldError[] = []
  if (type !== supportedDiskType) {
    errors.push(notSupported(`${specPath}.type`, type ?? '', [supportedDiskType]))
  }
  // Beside `spec`, not below it: where the deployed webhook points.
  errors.push(...checkPopulator(`${path}.template.populator`, populator))

  const resourcesPath = `${specPath}.resources`
  const hasImage = populator?.image !== undefined
  if (resources === undefined) {
    if (!hasImage) {
      errors.push(
        required(resourcesPath, 'volume resource requests are required when not provided by populator'),
      )
    }
    return errors
  }
  return [...errors, ...checkResources(resourcesPath, resources, hasImage)]
}

function checkPopulator(path: string, populator: DiskPopulator | undefined): FieldError[] {
  const errors: FieldError[] = []
  const image = populator?.image?.name
  if (image !== undefined && image !== supportedImage) {
    errors.push(notSupported(`${path}.image.name`, image, [supportedImage]))
  }
  const filesystem: string | undefined = populator?.filesystem?.type
  if (filesystem !== undefined && filesystem !== supportedFilesystem) {
    errors.push(notSupported(`${path}.filesystem.type`, filesystem, [supportedFilesystem]))
  }
  return errors
}

function checkResources(path: string, { requests }: DiskResources, hasImage: boolean): FieldError[] {
  if (requests === undefined) return [required(`${path}.requests`)]
  const storagePath = `${path}.requests[storage]`
  const storage = requests.storage === undefined ? undefined : parseQuantity(String(requests.storage))
  if (storage === undefined) return [required(storagePath)]

  const size = formatQuantity(storage)
  if (storage.nanos <= 0n) return [invalid(storagePath, size, 'must be greater than zero')]
  const errors: FieldError[] = []
  if (compareQuantity(storage, smallest) < 0) {
    errors.push(invalid(storagePath, size, 'storage requests must be at least 10Gi'))
  }
  if (compareQuantity(storage, largest) > 0) {
    errors.push(invalid(storagePath, size, 'storage requests must not exceed 100Gi'))
  }
  if (wholeBytes(storage) % gibibyte !== 0n) {
    errors.push(invalid(storagePath, size, 'storage requests must be in increments of 1Gi'))
  }
  if (errors.length === 0 && hasImage && compareQuantity(storage, imageSize) < 0) {
    errors.push(invalid(storagePath, size, `must be greater than or equal to ${formatQuantity(imageSize)}`))
  }
  return errors
}

/** Parts of a byte count as a whole one. */
function wholeBytes(quantity: Quantity): bigint {
  return (quantity.nanos + nanosPerUnit - 1n) / nanosPerUnit
}
