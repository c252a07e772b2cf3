import Testing

@testable import BuildingSimulation

@Suite("EnergyLoad") struct EnergyLoadTests {
    @Test(
        "counts exactly what its rate says, and always up",
        arguments: [.electricityMeter, .heatMeter, .coldMeter, .waterMeter] as [Behaviour])
    func integral(behaviour: Behaviour) {
        let load = EnergyLoad(behaviour, group: HashNoise(seed: 5))
        var last = load.register(at: Moment(1_700_000_000_000))
        for step in Int64(1)...5000 {
            let time = 1_700_000_000_000 + step * 60_000
            let register = load.register(at: Moment(time))
            let rate = load.rate(at: Moment(time - 30_000))
            #expect(rate > 0 && register > last)
            #expect(abs((register - last) * 60 - rate) < 0.01 * rate)
            last = register
        }
    }
}
