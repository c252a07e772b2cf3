internal import BuildingModel
internal import TimeSeriesModel

/// Devices and points as they stand in the building, before anything happens.
struct BuildingLayout {
    private(set) var devices: [Device] = []
    private(set) var points: [SimulatedPoint] = []
    /// One for every point, in the same order.
    private(set) var signals: [Signal] = []
    /// Which device, by its index, a point belongs to.
    private(set) var deviceOfPoint: [Int] = []

    private static let firstDevice: UInt32 = 1001

    init(
        noise: HashNoise, pointCount: Int, pointsPerDevice: Int = DeviceTemplate.pointCount
    ) {
        var templates = (0...).lazy.map(DeviceTemplate.init).makeIterator()
        while points.count < pointCount {
            let place = devices.count
            let wanted = min(pointsPerDevice, pointCount - points.count)
            var found: [PointTemplate] = []
            var name: String?
            while found.count < wanted, let template = templates.next() {
                // The points of the others have the name of their own device before them.
                let prefix =
                    name == nil ? "" : template.name.replacing("-", with: "_") + "_"
                found += template.points.prefix(wanted - found.count).map { $0.named(prefix) }
                name = name ?? template.name
            }
            let id = DeviceID(BuildingLayout.firstDevice + UInt32(place))
            devices.append(Device(deviceID: id, deviceName: name ?? ""))
            append(found[...], of: place, noise: noise.branch(UInt64(place)))
        }
    }

    private mutating func append(
        _ templates: ArraySlice<PointTemplate>, of place: Int, noise: HashNoise
    ) {
        var lastNumber: [PointType: UInt32] = [:]
        for (index, template) in templates.enumerated() {
            let form = template.behaviour.form
            let own = noise.branch(1000 + UInt64(index))
            let isJittered = own.unit(-1) < BuildingLayout.jitteredShare
            let number = lastNumber[form.type, default: 0] + 1
            lastNumber[form.type] = number
            let address = PointAddress(
                device: devices[place].deviceID, type: form.type, number: number)
            points.append(
                SimulatedPoint(
                    address: address, deviceName: devices[place].deviceName,
                    pointName: template.name, description: template.description, unit: form.unit,
                    stateTexts: form.stateTexts, dataType: form.dataType,
                    intervalSeconds: template.intervalSeconds, decimals: form.decimals,
                    plausibleRange: form.plausible, behaviour: template.behaviour,
                    isJittered: isJittered))
            signals.append(
                Signal(
                    behaviour: template.behaviour, group: noise.branch(template.group), own: own,
                    scale: [1, 10, 100][form.decimals],
                    intervalMilliseconds: Int64(template.intervalSeconds) * 1000,
                    isJittered: isJittered))
            deviceOfPoint.append(place)
        }
    }

    /// As many points as carry jitter in the histories that pollers write.
    private static let jitteredShare = 0.3
}
