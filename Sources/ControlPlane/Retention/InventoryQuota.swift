import ServerRecords

extension UseCases {
    /// Counts a new inventory against its endpoint's quota.
    ///
    /// - Throws: `Refusal` `E_INVENTORY_QUOTA` with the time to wait.
    func charge(_ packages: Int, to agent: AgentPrincipal) throws(Refusal) {
        let wait = inventoryQuota.charge(packages, to: agent.endpoint, at: effects.now())
        guard let wait else { return }
        throw Refusal(
            .tooMany, "E_INVENTORY_QUOTA",
            "The endpoint has sent more different inventories than one has in an hour.",
            nextStep: "Look on the endpoint for what changes its packages all the time; "
                + "the agent sends this one again in \(wait) seconds.",
            retryAfterSeconds: wait)
    }
}
