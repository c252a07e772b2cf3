import BACnetMessages
import TimeSeriesModel

/// What a datagram says, in a line.
enum DatagramMeaning {
    static func text(of octets: [UInt8]) -> String {
        let message: BVLCMessage
        do throws(MessageError) { message = try BVLCMessage(decoding: octets) } catch {
            return "no BACnet/IP that can be read: \(error)"
        }
        switch message {
        case .result(let code): return "result of the BBMD: \(code)"
        case .readBroadcastDistributionTable: return "read-broadcast-distribution-table"
        case .readBroadcastDistributionTableAck(let entries):
            return "broadcast distribution table, \(NumberText.count(entries.count, of: "line"))"
        case .registerForeignDevice(let seconds):
            return "register-foreign-device for \(seconds) s"
        case .readForeignDeviceTable: return "read-foreign-device-table"
        case .readForeignDeviceTableAck(let entries):
            return "foreign device table, \(NumberText.count(entries.count, of: "line"))"
        case .forwardedNPDU(let origin, let npdu):
            return "passed on from \(origin): \(network(npdu))"
        case .distributeBroadcastToNetwork(let npdu):
            return "distribute to everybody: \(network(npdu))"
        case .originalUnicastNPDU(let npdu), .originalBroadcastNPDU(let npdu):
            return network(npdu)
        }
    }

    private static func network(_ octets: [UInt8]) -> String {
        let message: NPDU
        do throws(MessageError) { message = try NPDU(decoding: octets) } catch {
            return "network addresses that cannot be read: \(error)"
        }
        var route = ""
        if let source = message.source { route += "from \(source) " }
        if let destination = message.destination {
            route += destination == .everywhere ? "to every network " : "to \(destination) "
        }
        switch message.content {
        case .apdu(let octets): return route + application(octets)
        case .networkMessage(let content): return route + text(content)
        }
    }

    private static func text(_ message: NetworkMessage) -> String {
        func list(_ networks: [UInt16]) -> String {
            networks.map(String.init).joined(separator: ", ")
        }
        switch message {
        case .whoIsRouterToNetwork(let network):
            return "who-is-router-to-network \(network.map(String.init) ?? "any")"
        case .iAmRouterToNetwork(let networks): return "i-am-router-to-network \(list(networks))"
        case .iCouldBeRouterToNetwork(let network, _):
            return "i-could-be-router-to-network \(network)"
        case .rejectMessageToNetwork(let reason, let network):
            return "reject-message-to-network \(network): \(reason)"
        case .routerBusyToNetwork(let networks): return "router-busy \(list(networks))"
        case .routerAvailableToNetwork(let networks): return "router-available \(list(networks))"
        case .whatIsNetworkNumber: return "what-is-network-number"
        case .networkNumberIs(let network, _): return "network-number-is \(network)"
        }
    }

    private static func application(_ octets: [UInt8]) -> String {
        let received: ReceivedAPDU
        do throws(MessageError) { received = try ReceivedAPDU(decoding: octets) } catch {
            return "an application message that cannot be read: \(error)"
        }
        switch received {
        case .message(let message): return text(message)
        case .timeSynchronization(let clock):
            return "\(clock.isUTC ? "utc-" : "")time-synchronization \(ValueText.text(clock.time))"
        case .unsupportedRequest(let invokeID, let service, _):
            return "request \(invokeID) for service \(service), which is not spoken here"
        case .unsupportedUnconfirmedRequest(let service):
            return "unconfirmed service \(service), which is not spoken here"
        }
    }

    private static func text(_ message: APDU) -> String {
        switch message {
        case .confirmedRequest(let request):
            return "request \(request.invokeID): \(RequestMeaning.text(request))"
        case .unconfirmedRequest(let request): return RequestMeaning.text(request)
        case .simpleAck(let invokeID, let service):
            return "done \(invokeID): \(RequestMeaning.name(service))"
        case .complexAck(let reply):
            return "answer \(reply.invokeID): \(RequestMeaning.text(reply))"
        case .segmentAck(let ack):
            let sign = ack.isNegative ? "negative " : ""
            return "\(sign)acknowledgement \(ack.invokeID) of segments up to "
                + "\(ack.sequenceNumber), window \(ack.window)"
        case .error(let invokeID, let service, let error):
            return "error \(invokeID) of \(RequestMeaning.name(service)): \(error)"
        case .reject(let invokeID, let reason): return "reject \(invokeID): \(reason)"
        case .abort(let invokeID, let reason, let byServer):
            return "abort \(invokeID) by the \(byServer ? "device" : "client"): \(reason)"
        }
    }
}
