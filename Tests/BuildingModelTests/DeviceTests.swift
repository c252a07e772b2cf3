import BuildingModel
import Testing
import TimeSeriesModel

@Suite("Device") struct DeviceTests {
    @Test("is an active T3-BB unless told otherwise") func defaults() {
        let device = Device(deviceID: 1201, deviceName: "ahu-1")
        #expect(device.deviceType == "T3-BB")
        #expect(device.isActive)
        #expect(device.ipAddress == nil && device.port == nil && device.lastSeen == nil)
    }
}
