/// One line of a device's point list.
struct PointTemplate {
    let name: String
    let description: String
    let behaviour: Behaviour
    /// Which room, circuit or meter of the device it belongs to; 0 is the device itself.
    let group: UInt64
    let intervalSeconds: Int

    init(
        _ name: String, _ description: String, _ behaviour: Behaviour, group: UInt64 = 0,
        every intervalSeconds: Int = 900
    ) {
        self.name = name
        self.description = description
        self.behaviour = behaviour
        self.group = group
        self.intervalSeconds = intervalSeconds
    }

    /// The same point with a name that begins with `prefix`.
    func named(_ prefix: String) -> PointTemplate {
        PointTemplate(prefix + name, description, behaviour, group: group, every: intervalSeconds)
    }
}

/// The groups of a device's loads. Rooms, zones and circuits count from 1 and stay below.
enum LoadGroup {
    static let electricity: UInt64 = 100
    static let heat: UInt64 = 101
    static let cold: UInt64 = 102
    static let water: UInt64 = 103
}
