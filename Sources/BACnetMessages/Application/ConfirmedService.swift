/// The services that are asked for and answered here, by their number on the wire.
///
/// Closed on purpose: an encoder of requests takes its service from this set, so that nothing built
/// on this room can send WriteProperty, WritePropertyMultiple, CreateObject, DeleteObject,
/// DeviceCommunicationControl, ReinitializeDevice or any other service that changes a device.
public enum ConfirmedService: UInt8, Hashable, Sendable, CaseIterable {
    case confirmedCOVNotification = 1
    case subscribeCOV = 5
    case readProperty = 12
    case readPropertyMultiple = 14
    case readRange = 26
    case subscribeCOVProperty = 28
}

/// The unconfirmed services that are said here; closed for the same reason (WriteGroup, time
/// synchronization).
public enum UnconfirmedService: UInt8, Hashable, Sendable, CaseIterable {
    case iAm = 0
    case iHave = 1
    case unconfirmedCOVNotification = 2
    case whoHas = 7
    case whoIs = 8
}
