// Generated from openapi.json by `npm run generate`. Do not edit.

export interface paths {
    "/api/v1/about": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get About
         * @description What this is, the language the console begins in, and where devices connect.
         */
        get: operations["get_about"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Assets
         * @description Assets by key, a page at a time.
         */
        get: operations["list_assets"];
        put?: never;
        /**
         * Create Asset
         * @description Make an asset before any device is bound to it.
         */
        post: operations["create_asset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Asset
         * @description One asset.
         */
        get: operations["get_asset"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{key}/bindings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Bindings
         * @description Which devices spoke for the asset, and when.
         */
        get: operations["list_bindings"];
        put?: never;
        /**
         * Bind Device
         * @description Let a device speak for the asset from a time on; history follows the binding valid at each reading's time.
         */
        post: operations["bind_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{key}/bindings/{device}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Unbind Device
         * @description Let a device speak for the asset no longer.
         */
        delete: operations["unbind_device"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{key}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Asset History
         * @description What was said of the asset over time, whoever spoke; by `Accept` as CSV, Parquet or Arrow.
         */
        get: operations["get_asset_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{key}/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Asset Latest
         * @description The newest sample of each property of an asset, with the device that spoke.
         */
        get: operations["get_asset_latest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{key}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Asset Versions
         * @description The same for an asset, whoever spoke.
         */
        get: operations["get_asset_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Audit
         * @description The tenant's audit log, newest first.
         */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Verify Audit
         * @description Recompute the chain of hashes; names the first line that was changed, removed or added.
         */
        get: operations["verify_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Me
         * @description Who is signed in and what it may do.
         */
        get: operations["get_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change Password
         * @description Change one's own password; every other login of the person ends.
         */
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign In
         * @description Sign a browser in: sets the cookie, answers who it is.
         */
        post: operations["sign_in"];
        /**
         * Sign Out
         * @description End the login this request came with.
         */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Sessions
         * @description The caller's open logins.
         */
        get: operations["list_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End Session
         * @description End one of the caller's logins, on whatever machine it is.
         */
        delete: operations["end_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create Access Token
         * @description An access token for one hour, for programs acting for a person.
         */
        post: operations["create_access_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commands/{command_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Command
         * @description One command and what became of it.
         */
        get: operations["get_command"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commands/{command_id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve Command
         * @description Let a command of high risk go, as a second person; everything is checked again.
         */
        post: operations["approve_command"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commands/{command_id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reject Command
         * @description A waiting command shall not be sent.
         */
        post: operations["reject_command"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Dead Letters
         * @description What could not be used and why, newest first.
         */
        get: operations["list_dead_letters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters/{letter_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay Dead Letter
         * @description Send a letter again under its original name; what has become right meanwhile is stored now.
         */
        post: operations["replay_dead_letter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay Dead Letters
         * @description Send several letters again.
         */
        post: operations["replay_dead_letters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device-facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count Devices
         * @description How many of the devices a list would show there are of each type and at each place below the chosen one.
         */
        get: operations["count_devices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device-list-template": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Device List Template
         * @description An empty list of devices as CSV, with the headings and an example.
         */
        get: operations["get_device_list_template"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Device Types
         * @description The device types the tenant may use.
         */
        get: operations["list_device_types"];
        put?: never;
        /**
         * Create Device Type
         * @description Make a device type; units may be written as a plant writes them.
         */
        post: operations["create_device_type"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/device-types/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Device Type
         * @description One device type.
         */
        get: operations["get_device_type"];
        /**
         * Put Device Type
         * @description Write a device type as a whole; makes it when there is none. Answers what became of each property.
         */
        put: operations["put_device_type"];
        post?: never;
        /**
         * Delete Device Type
         * @description Remove a device type that no device uses.
         */
        delete: operations["delete_device_type"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Devices
         * @description Devices by key, a page at a time, each with how it stands.
         */
        get: operations["list_devices"];
        put?: never;
        /**
         * Create Device
         * @description Make a device; its credential is answered this once.
         */
        post: operations["create_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Device
         * @description One device and how it stands.
         */
        get: operations["get_device"];
        put?: never;
        post?: never;
        /**
         * Delete Device
         * @description Remove a device and revoke its credential; the history of its asset stays.
         */
        delete: operations["delete_device"];
        options?: never;
        head?: never;
        /**
         * Change Device
         * @description Change a device; only the fields given.
         */
        patch: operations["change_device"];
        trace?: never;
    };
    "/api/v1/devices/{key}/bindings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Device Bindings
         * @description Which assets the device spoke for, and when; its samples belong to the asset it was bound to at their time.
         */
        get: operations["list_device_bindings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}/clone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Clone Device
         * @description Make a device like another: its type, place and gateway, a key and an asset of its own.
         */
        post: operations["clone_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Commands
         * @description A device's commands, newest first.
         */
        get: operations["list_commands"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}/commands/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send Command
         * @description Send a command that the device's type declares: arguments in their ranges, its interlock true of live values.
         *
         *     One of high risk waits for a second person. One for a device that is away is held until it is back when `when_offline` says so,
         *     else it expires. The same `request_id` twice is one command.
         */
        post: operations["send_command"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}/commands/{name}/rehearsal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rehearse Command
         * @description Check everything that sending would check, and send nothing.
         */
        post: operations["rehearse_command"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}/connection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Device Connection
         * @description How the device is connected, what was refused and what its edge node says, in words.
         */
        get: operations["get_device_connection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}/credential": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate Credential
         * @description Give the device a new credential, shown this once; with the former one it is disconnected within five seconds.
         */
        post: operations["rotate_credential"];
        /**
         * Revoke Credential
         * @description Revoke the device's credential; it is disconnected within five seconds.
         */
        delete: operations["revoke_credential"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Device Events
         * @description What the device said happened, newest first.
         */
        get: operations["list_device_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Device History
         * @description What the device said over time; by `Accept` as CSV, Parquet or Arrow.
         */
        get: operations["get_device_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Device Latest
         * @description The newest sample of each property of a device.
         */
        get: operations["get_device_latest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}/readings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enter Readings
         * @description Enter readings by hand, or correct stored ones: a sample of the same time is replaced and stays readable.
         */
        post: operations["enter_readings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Device Versions
         * @description The values that stood before corrections, with who corrected them and why; with `at` all of that moment.
         */
        get: operations["get_device_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}/waveforms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Waveforms
         * @description What the device sent as waveforms, newest first, each with its root mean square and peak.
         */
        get: operations["list_waveforms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{key}/waveforms/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Waveform
         * @description One waveform with its spectrum, thinned for a chart; by `Accept` every sample as CSV, Parquet or Arrow.
         */
        get: operations["get_waveform"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create Devices In Bulk
         * @description Make up to 50,000 devices from CSV, Excel, a JSON array or JSON lines; every fault is told with its line and column.
         */
        post: operations["create_devices_in_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drivers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Drivers
         * @description Every driver that is installed here. Reads their sources alone: no vendor's library is imported for it.
         */
        get: operations["list_drivers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drivers/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Driver
         * @description One driver with the JSON Schemas of its settings, for forms.
         */
        get: operations["get_driver"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/edge-nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Edge Nodes
         * @description The edge nodes of the tenant, each with its last report.
         */
        get: operations["list_edge_nodes"];
        put?: never;
        /**
         * Create Edge Node
         * @description Make an edge node; its credential goes into the node's secrets file and is shown this once.
         */
        post: operations["create_edge_node"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/edge-nodes/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Edge Node
         * @description One edge node and its last report.
         */
        get: operations["get_edge_node"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/edge-nodes/{key}/configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Edge Node Configuration
         * @description The newest configuration document. The node reads it with its own credential; people see secrets masked. The ETag is its version.
         */
        get: operations["get_edge_node_configuration"];
        /**
         * Put Edge Node Configuration
         * @description Write the configuration as a whole; every field is checked by its driver. The node takes it up within seconds.
         *
         *     A secret that is still masked stays as it is stored.
         */
        put: operations["put_edge_node_configuration"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/edge-nodes/{key}/configuration/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check Edge Node Configuration
         * @description What writing this configuration would change; nothing is written. A wrong field is named as writing it would.
         */
        post: operations["check_edge_node_configuration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/edge-nodes/{key}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Edge Node Report
         * @description What the node said last about its connections, buffer and configuration.
         */
        get: operations["get_edge_node_report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import History
         * @description Samples of a CSV or Parquet file. Sent again it changes nothing: a sample is its point, its time and its value.
         */
        post: operations["import_history"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Ledger
         * @description Samples of the tenant by outcome; for platform operators the messages of the whole stream too.
         */
        get: operations["get_ledger"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream Live
         * @description Server-sent events: `samples` with a list of LiveSample, `ping` when there is nothing to say, `end` when the login ended.
         */
        get: operations["stream_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Logs
         * @description Every process's log lines of the period as a ZIP with a manifest of SHA-256 hashes.
         *
         *     The manifest's own hash becomes a line of the audit log, whose chain shows later that the archive is the one taken then.
         */
        get: operations["export_logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/management-operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Management Operations
         * @description The kinds of operation that can be done to devices, counted: the platform's own and the commands that types declare.
         */
        get: operations["list_management_operations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Marks
         * @description What people marked, newest first; all of the tenant unless a device or an asset is named.
         */
        get: operations["list_marks"];
        put?: never;
        /**
         * Make Mark
         * @description Say of a time that its samples are bad, delete them, or leave a note. Nothing is lost: undo it, and all is as before.
         */
        post: operations["make_mark"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/marks/{mark_id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo Mark
         * @description Undo a mark: samples are seen as if it had never been. Who made it and who undid it stays on record.
         */
        post: operations["undo_mark"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Overview
         * @description The tenant's devices, samples and what is abnormal; the platform's processes.
         */
        get: operations["get_overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/places": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Places
         * @description Every place of the tenant, parents before children.
         */
        get: operations["list_places"];
        put?: never;
        /**
         * Create Place
         * @description Make a place under another, or a site.
         */
        post: operations["create_place"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/places/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete Place
         * @description Remove an empty place.
         */
        delete: operations["delete_place"];
        options?: never;
        head?: never;
        /**
         * Change Place
         * @description Change a place's name or a site's time zone.
         */
        patch: operations["change_place"];
        trace?: never;
    };
    "/api/v1/places/tree": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Place Tree
         * @description The places as a tree, each with its devices and how many of them somebody should look at.
         */
        get: operations["get_place_tree"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run Query
         * @description One SELECT over `readings`, `latest`, `events` and `waveforms`; by `Accept` as Arrow, CSV or Parquet.
         */
        post: operations["run_query"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tenants
         * @description All tenants of the platform.
         */
        get: operations["list_tenants"];
        put?: never;
        /**
         * Create Tenant
         * @description Make a tenant and its first administrator, whose password is shown this once.
         */
        post: operations["create_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tokens
         * @description The tenant's machine tokens.
         */
        get: operations["list_tokens"];
        put?: never;
        /**
         * Create Token
         * @description Make a machine token; its secret is shown this once.
         */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke Token
         * @description Revoke a machine token; its next request is refused.
         */
        delete: operations["revoke_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/topology": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Topology
         * @description Every layer of the platform with its components, their versions and health.
         */
        get: operations["get_topology"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/up/{key}/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send Batch
         * @description Samples of the devices a gateway speaks for, as JSON, or as Arrow IPC whatever the content type says; answered when they are stored.
         */
        post: operations["send_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/up/{key}/event/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send Event
         * @description An event of a device; answered when it is stored in the stream.
         */
        post: operations["send_event"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/up/{key}/telemetry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send Telemetry
         * @description Samples of a device, as it would send them over MQTT; answered when they are stored in the stream.
         */
        post: operations["send_telemetry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/up/{key}/waveform/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send Waveform
         * @description A waveform of a device: samples at a rate from a time on; answered when it is stored in the stream.
         */
        post: operations["send_waveform"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Users
         * @description The people of the tenant.
         */
        get: operations["list_users"];
        put?: never;
        /**
         * Create User
         * @description Let somebody in; without a password one is made up and shown this once.
         */
        post: operations["create_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get User
         * @description One person.
         */
        get: operations["get_user"];
        put?: never;
        post?: never;
        /**
         * Delete User
         * @description Remove a person; what it did stays in the audit log.
         */
        delete: operations["delete_user"];
        options?: never;
        head?: never;
        /**
         * Change User
         * @description Change a person; disabling ends its logins and revokes its tokens at once.
         */
        patch: operations["change_user"];
        trace?: never;
    };
    "/api/v1/users/{name}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reset Password
         * @description Give somebody a new first password; its logins end.
         */
        post: operations["reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Health
         * @description This process lives.
         */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Metrics
         * @description Figures of all processes as Prometheus text; nothing of any tenant's.
         */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Readiness
         * @description The platform can serve: registry, bus and historian answer.
         */
        get: operations["get_readiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AbnormalDevice
         * @description A device somebody should look at.
         */
        AbnormalDevice: {
            /** Key */
            key: string;
            name: components["schemas"]["Name"];
            /** Place */
            place: string | null;
            state: components["schemas"]["DeviceState"];
        };
        /**
         * About
         * @description What this is; for the page before the login. `time_zone` is the one that sentences and the console say times in.
         */
        About: {
            /** Language */
            language: string;
            mqtt: components["schemas"]["Listener"];
            /** Name */
            name: string;
            /** Time Zone */
            time_zone: string;
            /** Version */
            version: string;
        };
        /**
         * AccessToken
         * @description The answer to an OAuth2 password grant.
         */
        AccessToken: {
            /** Access Token */
            access_token: string;
            /** Expires In */
            expires_in: number;
            /**
             * Token Type
             * @default bearer
             */
            token_type?: string;
        };
        /**
         * Action
         * @description What a caller may be allowed to do; also the scopes a machine token can be narrowed to.
         * @enum {string}
         */
        Action: "own_account" | "see_plant" | "edit_plant" | "issue_credentials" | "command_devices" | "send_samples" | "query_data" | "enter_data" | "correct_data" | "replay_dead_letters" | "see_people" | "manage_people" | "manage_tokens" | "see_audit" | "see_topology" | "export_logs" | "manage_tenants";
        /**
         * Aggregate
         * @description How history is thinned.
         * @enum {string}
         */
        Aggregate: "raw" | "avg" | "min" | "max" | "last" | "lttb" | "minmax";
        /**
         * Asset
         * @description The place a reading belongs to; `type` says which properties a mapping may name.
         */
        Asset: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Id */
            id: number;
            /** Key */
            key: string;
            name: components["schemas"]["Name"];
            /** Place */
            place: string | null;
            /** Type */
            type: string | null;
            /** Type Id */
            type_id: number | null;
            /** Version */
            version: number;
        };
        /**
         * AssetIn
         * @description An asset to make before any device is bound to it.
         */
        AssetIn: {
            /** Key */
            key: string;
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            name?: components["schemas"]["Name"];
            /** Place */
            place?: string | null;
            /** Type */
            type?: string | null;
        };
        /**
         * AssetPage
         * @description One page of assets.
         */
        AssetPage: {
            /** Items */
            items: components["schemas"]["Asset"][];
            /** Next */
            next?: string | null;
            /** Total */
            total: number;
            /** @default exact */
            total_is?: components["schemas"]["TotalIs"];
        };
        /**
         * AuditEntry
         * @description One line of the audit log.
         */
        AuditEntry: {
            /** Action */
            action: string;
            /** Actor */
            actor: string;
            /** Actor Id */
            actor_id: number;
            /** Actor Kind */
            actor_kind: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Detail */
            detail: {
                [key: string]: unknown;
            };
            /** Hash */
            hash: string;
            /** Key */
            key: string;
            /** Kind */
            kind: string;
            /** Outcome */
            outcome: string;
            /** Seq */
            seq: number;
        };
        /**
         * AuditPage
         * @description One page of the audit log, newest first.
         */
        AuditPage: {
            /** Items */
            items: components["schemas"]["AuditEntry"][];
            /** Next */
            next?: string | null;
            /** Total */
            total: number;
            /** @default exact */
            total_is?: components["schemas"]["TotalIs"];
        };
        /**
         * AuditVerdict
         * @description Whether the chain of hashes is whole.
         */
        AuditVerdict: {
            /** First Broken Seq */
            first_broken_seq: number | null;
            /** Whole */
            whole: boolean;
        };
        /**
         * BadPoint
         * @description A point that gives no good value, and why. `state` is `bad` (the other side says so) or `stale` (nothing new came).
         */
        BadPoint: {
            /** Device */
            device: string;
            /** Point */
            point: string;
            /** Property */
            property: string;
            /** Reason */
            reason: string;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** State */
            state: string;
        };
        /**
         * BadPointOut
         * @description A point that gives no good value, and why.
         */
        BadPointOut: {
            /** Point */
            point: string;
            /** Property */
            property: string;
            /** Reason */
            reason: string;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** State */
            state: string;
        };
        /**
         * Binding
         * @description A device speaks for an asset from `valid_from` (None: since ever) to `valid_to` (None: until further notice; not included).
         *
         *     `mapping` takes device property keys to asset property keys; None binds every property that no mapping takes elsewhere.
         */
        Binding: {
            /** Asset */
            asset: string;
            /** Asset Id */
            asset_id: number;
            /** Device */
            device: string;
            /** Device Id */
            device_id: number;
            /** Id */
            id: number;
            /** Mapping */
            mapping: {
                [key: string]: string;
            } | null;
            /** Valid From */
            valid_from: string | null;
            /** Valid To */
            valid_to: string | null;
        };
        /**
         * BindingIn
         * @description A device speaks for the asset from `valid_from` on (null: now).
         */
        BindingIn: {
            /** Device */
            device: string;
            /**
             * Mapping
             * @description Device property to asset property; null: the same names.
             */
            mapping?: {
                [key: string]: string;
            } | null;
            /**
             * Replaces
             * @description The device whose place it takes from then on.
             */
            replaces?: string | null;
            /** Valid From */
            valid_from?: string | null;
        };
        /**
         * Bindings
         * @description Which devices spoke for an asset, and when.
         */
        Bindings: {
            /** Items */
            items: components["schemas"]["Binding"][];
        };
        /** Body_create_access_token */
        Body_create_access_token: {
            /** Grant Type */
            grant_type?: string | null;
            /** Password */
            password: string;
            /**
             * Scope
             * @default
             */
            scope?: string;
            /** Username */
            username: string;
        };
        /**
         * BrokerConnection
         * @description What the gate knows of a device's own connection.
         */
        BrokerConnection: {
            /** Address */
            address: string | null;
            /** Client Id */
            client_id: string | null;
            /** Connected */
            connected: boolean;
            last_refused: components["schemas"]["SentenceOut"] | null;
            /** Last Refused At */
            last_refused_at: string | null;
            /** Last Refused Code */
            last_refused_code: string | null;
            /** Last Violation */
            last_violation: string | null;
            /** Last Violation At */
            last_violation_at: string | null;
            /** Protocol */
            protocol: string | null;
            /** Since */
            since: string | null;
        };
        /**
         * BufferReport
         * @description What waits on the node's disk for the platform.
         */
        BufferReport: {
            /**
             * Batches
             * @default 0
             */
            batches?: number;
            /**
             * Bytes
             * @default 0
             */
            bytes?: number;
            /**
             * Dropped Samples
             * @default 0
             */
            dropped_samples?: number;
            /** Dropped Since */
            dropped_since?: string | null;
            /**
             * Limit Bytes
             * @default 0
             */
            limit_bytes?: number;
            /** Oldest */
            oldest?: string | null;
            /**
             * Samples
             * @default 0
             */
            samples?: number;
        };
        /**
         * BulkReport
         * @description What became of a list of devices. At most 1,000 of the faults are told one by one.
         */
        BulkReport: {
            /** Created */
            created: number;
            /**
             * Credentials
             * @default []
             */
            credentials?: components["schemas"]["Credential"][];
            /** Faults */
            faults: components["schemas"]["Fault"][];
            /** Faults Total */
            faults_total: number;
            /** Faulty */
            faulty: number;
            /** Good */
            good: number;
            /** Rows */
            rows: number;
        };
        /**
         * Change
         * @description What becomes of a connection when a configuration is applied.
         * @enum {string}
         */
        Change: "added" | "changed" | "removed" | "unchanged";
        /**
         * Changed
         * @description What became of a request that has nothing else to say.
         */
        Changed: {
            /**
             * Ok
             * @default true
             */
            ok?: boolean;
        };
        /**
         * CloneIn
         * @description A copy of a device: its key, and its name where it shall have another.
         */
        CloneIn: {
            /** Key */
            key: string;
            name?: components["schemas"]["Name"] | null;
        };
        /**
         * Column
         * @description A column of an answer.
         */
        Column: {
            /** Name */
            name: string;
            /** Type */
            type: string;
        };
        /**
         * Command
         * @description Something a device can be told to do.
         *
         *     `risk` high needs a second person. `precondition` is an expression on the device's own properties that must be true when the
         *     command leaves. `read_back` takes properties to the parameters they must equal in the answer. `timeout_s` is how long an answer may take.
         */
        Command: {
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            description?: components["schemas"]["Name"];
            /** Key */
            key: string;
            /** @default other */
            kind?: components["schemas"]["OperationKind"];
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            name?: components["schemas"]["Name"];
            /**
             * Parameters
             * @default []
             */
            parameters?: components["schemas"]["Parameter"][];
            /** Precondition */
            precondition?: string | null;
            /** Read Back */
            read_back?: {
                [key: string]: string;
            };
            /**
             * Risk
             * @default low
             * @enum {string}
             */
            risk?: "low" | "high";
            /** Timeout S */
            timeout_s?: number | null;
        };
        /**
         * CommandIn
         * @description The arguments as the device type declares them.
         */
        CommandIn: {
            /** Arguments */
            arguments?: {
                [key: string]: unknown;
            };
            /**
             * Reason
             * @description Why; stands in the audit log.
             * @default
             */
            reason?: string;
            /**
             * Request Id
             * @description Made by the sender: the same one twice is one command.
             */
            request_id?: string | null;
            /**
             * Valid For S
             * @description After this time an unanswered command has expired; unset: as the type says, else 30 s.
             */
            valid_for_s?: number | null;
            /**
             * When Offline
             * @description What becomes of it while the device is not connected: it expires, or is delivered when the device is back.
             * @default expire
             * @enum {string}
             */
            when_offline?: "expire" | "deliver";
        };
        /**
         * CommandOut
         * @description One command: its state, the answer, who and when.
         */
        CommandOut: {
            /** Answer */
            answer: {
                [key: string]: unknown;
            } | null;
            /** Answered At */
            answered_at: string | null;
            /** Approved At */
            approved_at: string | null;
            /** Approved By */
            approved_by: string | null;
            /** Arguments */
            arguments: {
                [key: string]: unknown;
            };
            /** Device */
            device: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Reason */
            reason: string;
            /** Risk */
            risk: string;
            /**
             * Sent At
             * Format: date-time
             */
            sent_at: string;
            /** Sent By */
            sent_by: string;
            state: components["schemas"]["CommandState"];
            /**
             * Verified
             * @description Whether the device reads what it was told; null: nothing is read back.
             */
            verified: boolean | null;
        };
        /**
         * Commands
         * @description A device's commands, newest first.
         */
        Commands: {
            /** Items */
            items: components["schemas"]["CommandOut"][];
        };
        /**
         * CommandState
         * @description How far a command is. Waiting: for a second person. Held: until the device is back.
         * @enum {string}
         */
        CommandState: "waiting" | "held" | "sent" | "answered" | "expired" | "failed" | "rejected";
        /**
         * Component
         * @description One part of the platform.
         */
        Component: {
            health: components["schemas"]["ComponentHealth"];
            /** Key */
            key: string;
            name: components["schemas"]["SentenceOut"];
            /**
             * Reason
             * @default
             */
            reason?: string;
            /** Version */
            version: string;
        };
        /**
         * ComponentHealth
         * @description How a component does.
         * @enum {string}
         */
        ComponentHealth: "ok" | "degraded" | "down" | "unknown";
        /**
         * Configuration
         * @description Everything an edge node does.
         *
         *     Example::
         *
         *         {"connections": [
         *           {"name": "compressor-plc", "driver": "modbus_tcp",
         *            "config": {"host": "127.0.0.1", "port": 5020},
         *            "groups": {"fast": {"interval_s": 0.5}, "slow": {"interval_s": 10, "deadband": 0.1, "repeat_s": 60}},
         *            "points": [
         *              {"device": "comp-1", "property": "pressure", "group": "fast",
         *               "address": {"table": "input", "address": 0, "type": "float32", "order": "CDAB", "device_id": 1}},
         *              {"device": "comp-1", "property": "running", "address": {"table": "coil", "address": 7}},
         *              {"device": "comp-1", "property": "alarm", "address": {"table": "holding", "address": 40, "type": "uint16", "bit": 3}},
         *              {"device": "comp-1", "property": "temperature", "group": "slow",
         *               "address": {"table": "holding", "address": 41, "type": "int16", "scale": 0.1, "offset": -40}}]},
         *           {"name": "boiler-opc", "driver": "opcua",
         *            "config": {"url": "opc.tcp://127.0.0.1:4840/", "security": "Basic256Sha256_SignAndEncrypt",
         *                       "username": "edge", "password": "…"},
         *            "points": [{"device": "boiler-1", "property": "steam_flow", "address": {"node": "ns=2;s=boiler-1.steam_flow"}}]},
         *           {"name": "meters", "driver": "mqtt",
         *            "config": {"host": "127.0.0.1", "port": 1884, "version": "5"},
         *            "points": [{"device": "meter-1", "property": "power",
         *                        "address": {"topic": "meters/1/state", "pointer": "/power", "time_pointer": "/ts"}}]}]}
         */
        Configuration: {
            /**
             * Connections
             * @default []
             */
            connections?: components["schemas"]["Connection"][];
        };
        /**
         * ConfigurationCheck
         * @description What applying a document would do; a document that cannot be applied is refused with its field instead.
         */
        ConfigurationCheck: {
            /** Connections */
            connections: components["schemas"]["ConnectionChange"][];
            /**
             * Devices Taken
             * @description Devices the node would begin to speak for.
             */
            devices_taken: string[];
            /**
             * Version
             * @description The stored version it was compared with; 0: none yet.
             */
            version: number;
        };
        /**
         * ConfigurationOut
         * @description One version of an edge node's configuration.
         */
        ConfigurationOut: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Document */
            document: {
                [key: string]: unknown;
            };
            /** Node */
            node: string;
            /** Version */
            version: number;
        };
        /**
         * ConfigurationReport
         * @description Which configuration runs, and what was wrong with the newest one if it is not that.
         */
        ConfigurationReport: {
            /** Applied At */
            applied_at?: string | null;
            /** Etag */
            etag?: string | null;
            /** Problem */
            problem?: string | null;
            /** Problem Etag */
            problem_etag?: string | null;
            /** Problem Field */
            problem_field?: string | null;
        };
        /**
         * Connection
         * @description One driver at work: whom it connects to (`config`), how often (`groups`), what it reads (`points`).
         */
        Connection: {
            /** Config */
            config: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /**
             * Derived
             * @default []
             */
            derived?: components["schemas"]["DerivedEntry"][];
            /** Driver */
            driver: string;
            /**
             * Enabled
             * @default true
             */
            enabled?: boolean;
            /**
             * Groups
             * @description `default` exists unless it is given.
             */
            groups?: {
                [key: string]: components["schemas"]["Group"];
            };
            /** Name */
            name: string;
            /**
             * Points
             * @default []
             */
            points?: components["schemas"]["PointEntry"][];
        };
        /**
         * ConnectionChange
         * @description One connection before and after: how many points and devices it reads.
         */
        ConnectionChange: {
            change: components["schemas"]["Change"];
            /** Devices */
            devices: number;
            /** Driver */
            driver: string;
            /** Name */
            name: string;
            /** Points */
            points: number;
            /** Points Before */
            points_before: number;
        };
        /**
         * ConnectionReport
         * @description One connection: `state` is starting, running, degraded, lost, refused, invalid or disabled; `reason` in words (English).
         *
         *     `code` and `details` are the reason for machines, so that a screen can say it in another language.
         */
        ConnectionReport: {
            /**
             * Bad
             * @default 0
             */
            bad?: number;
            /**
             * Bad Points
             * @description The first hundred by name; `bad` and `stale` count all.
             * @default []
             */
            bad_points?: components["schemas"]["BadPoint"][];
            /** Code */
            code: string;
            /**
             * Cpu Share
             * @description Of one core, since the last report: what was done for this connection alone.
             * @default 0
             */
            cpu_share?: number;
            /** Details */
            details?: {
                [key: string]: unknown;
            };
            /**
             * Devices
             * @default []
             */
            devices?: string[];
            /** Driver */
            driver: string;
            /**
             * Good
             * @default 0
             */
            good?: number;
            /**
             * Memory Bytes
             * @description Its share of the node's memory, by its points.
             * @default 0
             */
            memory_bytes?: number;
            /** Name */
            name: string;
            /**
             * Needs Per S
             * @description Samples a second by its configuration.
             * @default 0
             */
            needs_per_s?: number;
            /** Next Try */
            next_try?: string | null;
            /** Oldest Age S */
            oldest_age_s?: number | null;
            /** Peer */
            peer: string;
            /**
             * Points
             * @default 0
             */
            points?: number;
            /** Read Ms */
            read_ms?: number | null;
            /** Reason */
            reason: string;
            /**
             * Samples
             * @description Read since the node started.
             * @default 0
             */
            samples?: number;
            /**
             * Samples Per S
             * @default 0
             */
            samples_per_s?: number;
            /**
             * Sent
             * @description Of those kept for the platform, after filters, deadbands and aggregation; the rest is what was saved.
             * @default 0
             */
            sent?: number;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Stale
             * @default 0
             */
            stale?: number;
            /** State */
            state: string;
        };
        /**
         * Credential
         * @description A device's login; the password is shown this once.
         */
        Credential: {
            /** Password */
            password: string;
            /** Username */
            username: string;
        };
        /**
         * CredentialState
         * @description Whether a device has a login; never the login itself.
         */
        CredentialState: {
            /** Issued At */
            issued_at: string | null;
            /** Revoked At */
            revoked_at: string | null;
            /** Username */
            username: string;
        };
        /**
         * DeadLetterOut
         * @description A message, or a part of one, that could not be used, and why.
         */
        DeadLetterOut: {
            /** Detail */
            detail: string;
            /**
             * Device
             * @description null: not known.
             */
            device: string | null;
            /** Id */
            id: string;
            /**
             * Payload
             * @description The body as text; what is not UTF-8 is replaced.
             */
            payload: string;
            /** Payload Bytes */
            payload_bytes: number;
            /** Reason */
            reason: string;
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
            /** Replayed At */
            replayed_at: string | null;
            /** Subject */
            subject: string;
        };
        /**
         * DeadLetters
         * @description Dead letters, newest first; `counts` are all that occurred, kept or not.
         */
        DeadLetters: {
            /** Counts */
            counts: {
                [key: string]: number;
            };
            /** Items */
            items: components["schemas"]["DeadLetterOut"][];
            /** Next */
            next: string | null;
        };
        /**
         * DerivedEntry
         * @description A property worked out on the node, also while the platform is away: of a sum, a ratio, or an alarm's condition.
         */
        DerivedEntry: {
            /** Device */
            device: string;
            /** Expression */
            expression: string;
            /** Inputs */
            inputs: {
                [key: string]: components["schemas"]["DerivedInput"];
            };
            /** Property */
            property: string;
            /**
             * Repeat S
             * @description An unchanged value is sent again after this time.
             * @default 30
             */
            repeat_s?: number;
        };
        /**
         * DerivedInput
         * @description A point that an expression reads under a name.
         */
        DerivedInput: {
            /** Point */
            point: string;
            /**
             * Type
             * @default number
             * @enum {string}
             */
            type?: "number" | "boolean" | "text";
            /**
             * Unit
             * @default 1
             */
            unit?: string;
        };
        /**
         * DeviceChange
         * @description What to change of a device; only the fields given, null clears.
         */
        DeviceChange: {
            /** Gateway */
            gateway?: string | null;
            name?: components["schemas"]["Name"] | null;
            /** Place */
            place?: string | null;
        };
        /**
         * DeviceConnection
         * @description How a device is connected, in words and in detail.
         */
        DeviceConnection: {
            /** @description null: it has never tried. */
            broker: components["schemas"]["BrokerConnection"] | null;
            credential: components["schemas"]["CredentialState"];
            /** @description null: no edge node reads it. */
            edge: components["schemas"]["EdgeConnection"] | null;
            sentence: components["schemas"]["SentenceOut"];
        };
        /**
         * DeviceIn
         * @description A device to make. Without `asset` an asset of the same key is made and bound; with it the named one is bound.
         */
        DeviceIn: {
            /** Asset */
            asset?: string | null;
            /**
             * Gateway
             * @description The device that speaks for it; null: it speaks itself.
             */
            gateway?: string | null;
            /**
             * Is Gateway
             * @default false
             */
            is_gateway?: boolean;
            /** Key */
            key: string;
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            name?: components["schemas"]["Name"];
            /** Place */
            place?: string | null;
            /** Type */
            type: string;
        };
        /**
         * DeviceMade
         * @description A new device with its credential, shown this once.
         */
        DeviceMade: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            credential: components["schemas"]["Credential"];
            /** Gateway */
            gateway: string | null;
            /** Id */
            id: number;
            /** Is Gateway */
            is_gateway: boolean;
            /** Key */
            key: string;
            name: components["schemas"]["Name"];
            /** Place */
            place: string | null;
            state: components["schemas"]["DeviceState"];
            /** Type */
            type: string;
            /** Type Id */
            type_id: number;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * DeviceOut
         * @description A device and how it stands.
         */
        DeviceOut: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Gateway */
            gateway: string | null;
            /** Id */
            id: number;
            /** Is Gateway */
            is_gateway: boolean;
            /** Key */
            key: string;
            name: components["schemas"]["Name"];
            /** Place */
            place: string | null;
            state: components["schemas"]["DeviceState"];
            /** Type */
            type: string;
            /** Type Id */
            type_id: number;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * DevicePage
         * @description One page of devices.
         */
        DevicePage: {
            /** Items */
            items: components["schemas"]["DeviceOut"][];
            /** Next */
            next?: string | null;
            /** Total */
            total: number;
            /** @default exact */
            total_is?: components["schemas"]["TotalIs"];
        };
        /**
         * DeviceState
         * @description How a device stands, with the sentence that says it.
         */
        DeviceState: {
            /**
             * Age S
             * @description Age of the newest sample; null: there is none.
             */
            age_s: number | null;
            /** Points */
            points: number;
            sentence: components["schemas"]["SentenceOut"];
            /** Stale Points */
            stale_points: number;
            state: components["schemas"]["State"];
        };
        /**
         * DeviceTally
         * @description How many devices stand how. `countable`: with at least one switch or operating parameter that has delivered data.
         */
        DeviceTally: {
            /** Countable */
            countable: number;
            /** Never */
            never: number;
            /** Refused */
            refused: number;
            /** Reporting */
            reporting: number;
            /** Silent */
            silent: number;
            /** Stale */
            stale: number;
            /** Total */
            total: number;
            /** Unknown */
            unknown: number;
        };
        /**
         * DeviceType
         * @description A device type; properties carry their ids, units are UCUM codes. A built-in one cannot be changed.
         */
        DeviceType: {
            /**
             * Commands
             * @default []
             */
            commands?: components["schemas"]["Command"][];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            description?: components["schemas"]["Name"];
            /**
             * Events
             * @default []
             */
            events?: components["schemas"]["Event"][];
            /** Id */
            id: number;
            /** Is Built In */
            is_built_in: boolean;
            /** Key */
            key: string;
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            name?: components["schemas"]["Name"];
            /**
             * Properties
             * @default []
             */
            properties?: components["schemas"]["Property"][];
            /** Version */
            version: number;
        };
        /**
         * DeviceTypes
         * @description The device types the tenant may use.
         */
        DeviceTypes: {
            /** Items */
            items: components["schemas"]["DeviceType"][];
        };
        /**
         * DriverForm
         * @description One driver with the JSON Schemas of what a connection and a point need.
         *
         *     Settings marked `advanced` can be left as they are; those of format `password` are secrets.
         */
        DriverForm: {
            /**
             * Address
             * @description JSON Schema of a point's `address`.
             */
            address: {
                [key: string]: unknown;
            };
            /**
             * Config
             * @description JSON Schema of a connection's `config`.
             */
            config: {
                [key: string]: unknown;
            };
            /** Description */
            description: string;
            /** Name */
            name: string;
            /**
             * Pushes
             * @description Whether the other side sends by itself; the others are asked every interval.
             */
            pushes: boolean;
            /** Summary */
            summary: string;
        };
        /**
         * DriverOut
         * @description One driver: `summary` is its first sentence, `description` the rest of what it says of itself.
         */
        DriverOut: {
            /** Description */
            description: string;
            /** Name */
            name: string;
            /** Summary */
            summary: string;
        };
        /**
         * Drivers
         * @description Every driver that is installed here, by name.
         */
        Drivers: {
            /** Items */
            items: components["schemas"]["DriverOut"][];
        };
        /**
         * EdgeConnection
         * @description What the edge node says of the connection that reads the device.
         */
        EdgeConnection: {
            /** Bad Points */
            bad_points: components["schemas"]["BadPointOut"][];
            /** Code */
            code: string;
            /** Driver */
            driver: string;
            /**
             * Is Troubled
             * @description Whether this device suffers from it.
             */
            is_troubled: boolean;
            /** Name */
            name: string;
            /** Next Try */
            next_try: string | null;
            /** Node */
            node: string;
            /** Peer */
            peer: string;
            /** Reason */
            reason: string;
            /**
             * Reported At
             * Format: date-time
             */
            reported_at: string;
            sentence: components["schemas"]["SentenceOut"];
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** State */
            state: string;
        };
        /**
         * EdgeNodeIn
         * @description An edge node to make.
         */
        EdgeNodeIn: {
            /** Key */
            key: string;
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            name?: components["schemas"]["Name"];
            /** Place */
            place?: string | null;
        };
        /**
         * EdgeNodeOut
         * @description An edge node, how it stands and what it said last.
         */
        EdgeNodeOut: {
            /** Configuration Version */
            configuration_version: number | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Gateway */
            gateway: string | null;
            /** Id */
            id: number;
            /** Is Gateway */
            is_gateway: boolean;
            /** Key */
            key: string;
            name: components["schemas"]["Name"];
            /** Place */
            place: string | null;
            report: components["schemas"]["ReportOut"];
            state: components["schemas"]["DeviceState"];
            /** Type */
            type: string;
            /** Type Id */
            type_id: number;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Version */
            version: number;
        };
        /**
         * EdgeNodes
         * @description The edge nodes of the tenant.
         */
        EdgeNodes: {
            /** Items */
            items: components["schemas"]["EdgeNodeOut"][];
        };
        /**
         * Entered
         * @description The platform has the readings: from here on they are not lost.
         */
        Entered: {
            /** Readings */
            readings: number;
            /** Sequence */
            sequence: number;
        };
        /**
         * Entry
         * @description How a caller proved who it is.
         * @enum {string}
         */
        Entry: "cookie" | "bearer" | "token" | "device";
        /**
         * Event
         * @description Something a device can say happened.
         */
        Event: {
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            description?: components["schemas"]["Name"];
            /**
             * Fields
             * @default []
             */
            fields?: components["schemas"]["Parameter"][];
            /** Key */
            key: string;
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            name?: components["schemas"]["Name"];
            /**
             * Severity
             * @default info
             * @enum {string}
             */
            severity?: "info" | "warning" | "critical";
        };
        /**
         * EventOut
         * @description Something a device said happened.
         */
        EventOut: {
            /** Name */
            name: string;
            /**
             * Observed At
             * Format: date-time
             */
            observed_at: string;
            /** Payload */
            payload: unknown;
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
        };
        /**
         * Events
         * @description A device's events, newest first.
         */
        Events: {
            /** Items */
            items: components["schemas"]["EventOut"][];
            /** Next */
            next: string | null;
        };
        /**
         * Facets
         * @description How many devices are of each type and at each of some places (by path; "": at none).
         */
        Facets: {
            /** Places */
            places: {
                [key: string]: number;
            };
            /** Types */
            types: {
                [key: string]: number;
            };
        };
        /**
         * Fault
         * @description What is wrong in one column of one line of a list, and what to write instead.
         */
        Fault: {
            /** Code */
            code: string;
            /** Field */
            field: string;
            /** Key */
            key: string;
            /** Line */
            line: number;
            problem: components["schemas"]["Name"];
            /**
             * Value
             * @default
             */
            value?: string;
        };
        /**
         * FirstPassword
         * @description The password to hand over, shown this once; it must be changed at the next login.
         */
        FirstPassword: {
            /** Password */
            password: string;
        };
        /**
         * Group
         * @description How often points are read and when a reading is worth sending.
         */
        Group: {
            /**
             * Aggregate
             * @description What is sent of the readings of `aggregate_s`; unset: each of them.
             */
            aggregate?: ("mean" | "min" | "max" | "sum" | "last" | "count") | null;
            /**
             * Aggregate S
             * @description Length of the windows that are aggregated.
             * @default 60
             */
            aggregate_s?: number;
            /**
             * Deadband
             * @description Send only changes larger than this (0: any change); unset: every reading is sent.
             */
            deadband?: number | null;
            /**
             * Interval S
             * @description Time between two readings; for subscriptions the publishing interval.
             * @default 1
             */
            interval_s?: number;
            /**
             * Priority
             * @description When the disk buffer is full, the oldest of the lowest priority is dropped first.
             * @default normal
             * @enum {string}
             */
            priority?: "low" | "normal" | "high";
            /**
             * Repeat S
             * @description With a deadband, and for subscriptions, an unchanged value is sent again after this time.
             * @default 30
             */
            repeat_s?: number;
            /**
             * Stale After S
             * @description Age at which a value counts as stale; unset: three intervals, at least 5 s; for MQTT 60 s.
             */
            stale_after_s?: number | null;
        };
        /**
         * Health
         * @description Whether the process lives, or the platform is ready.
         */
        Health: {
            /** Reasons */
            reasons?: string[];
            /** Status */
            status: string;
        };
        /**
         * History
         * @description Samples of one property, oldest first: `[observed_at in ms, value, OPC UA status code]`.
         */
        History: {
            aggregate: components["schemas"]["Aggregate"];
            /**
             * Bucket S
             * @description Width of the intervals the rows stand for; 0: single samples.
             */
            bucket_s: number;
            /**
             * Next
             * @description `cursor` of the following rows, with aggregate raw only.
             */
            next: string | null;
            /** Property */
            property: string;
            /** Rows */
            rows: [
                number,
                number | boolean | string | unknown[] | {
                    [key: string]: unknown;
                } | null,
                number
            ][];
            /** Symbol */
            symbol: string;
            /** Unit */
            unit: string;
        };
        /**
         * HoleOut
         * @description Messages that no range accounts for although later ones are accounted.
         */
        HoleOut: {
            /** First */
            first: number;
            /** Last */
            last: number;
            /** Partition */
            partition: number;
        };
        /**
         * Imported
         * @description What became of a file's rows. `samples` are on their way: acknowledged, never lost.
         */
        Imported: {
            /**
             * Problems
             * @description The first thousand.
             */
            problems: components["schemas"]["RowProblem"][];
            /** Refused */
            refused: number;
            /** Rows */
            rows: number;
            /** Samples */
            samples: number;
        };
        JsonValue: unknown;
        /**
         * Kind
         * @description What a property holds; with the unit it is fixed for a property id for ever.
         * @enum {string}
         */
        Kind: "number" | "integer" | "boolean" | "text" | "enum" | "json";
        /**
         * Latest
         * @description The newest sample of each point, by property.
         */
        Latest: {
            /**
             * Server Time
             * Format: date-time
             */
            server_time: string;
            /** Values */
            values: {
                [key: string]: components["schemas"]["LatestValue"];
            };
        };
        /**
         * LatestValue
         * @description The newest sample of one point.
         */
        LatestValue: {
            /** Age S */
            age_s: number;
            /**
             * Device
             * @description Who spoke, where an asset is asked for.
             */
            device?: string | null;
            /**
             * Is Stale
             * @description Older than the property allows.
             */
            is_stale: boolean;
            /**
             * Observed At
             * Format: date-time
             */
            observed_at: string;
            quality: components["schemas"]["QualityWord"];
            /**
             * Reason
             * @description The status code's name, such as good or bad_no_communication.
             */
            reason: string;
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
            /**
             * Status
             * @description OPC UA status code.
             */
            status: number;
            /**
             * Symbol
             * @description The unit as a person reads it.
             */
            symbol: string;
            /**
             * Unit
             * @description UCUM code; 1 for none.
             */
            unit: string;
            /**
             * Value
             * @description null: there is none, see quality and reason.
             */
            value: number | boolean | string | unknown[] | {
                [key: string]: unknown;
            } | null;
        };
        /**
         * Layer
         * @description The layers of an industrial internet platform.
         * @enum {string}
         */
        Layer: "edge" | "infrastructure" | "platform" | "applications" | "security";
        /**
         * LayerOut
         * @description One layer with its components.
         */
        LayerOut: {
            /** Components */
            components: components["schemas"]["Component"][];
            layer: components["schemas"]["Layer"];
            name: components["schemas"]["SentenceOut"];
        };
        /**
         * Ledger
         * @description What became of everything that came in.
         */
        Ledger: {
            messages: components["schemas"]["MessageLedger"] | null;
            /** Minutes */
            minutes: components["schemas"]["MinuteOut"][];
            samples: components["schemas"]["SampleLedger"];
            sentence: components["schemas"]["SentenceOut"];
        };
        /**
         * Listener
         * @description Where devices connect. `host` is null when it listens on every address: then it is the one this was asked at.
         */
        Listener: {
            /** Host */
            host: string | null;
            /** Port */
            port: number;
            /** Tls */
            tls: boolean;
        };
        /**
         * LiveSample
         * @description One value on the live stream.
         */
        LiveSample: {
            /** Device */
            device: string;
            /**
             * Observed At
             * Format: date-time
             */
            observed_at: string;
            /** Property */
            property: string;
            quality: components["schemas"]["QualityWord"];
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
            /** Status */
            status: number;
            /** Value */
            value: number | boolean | string | unknown[] | {
                [key: string]: unknown;
            } | null;
        };
        /**
         * Login
         * @description Name and password; the name is `tenant/name`, or the name alone in the tenant `default`.
         */
        Login: {
            /** Password */
            password: string;
            /**
             * Username
             * @example admin
             */
            username: string;
        };
        /**
         * MarkIn
         * @description A mark over a time of a device, or of an asset whoever spoke.
         */
        MarkIn: {
            /** Asset */
            asset?: string | null;
            /** Device */
            device?: string | null;
            /**
             * From
             * @description Included.
             * @example 2026-11-21T08:00:00Z
             * @example 1795248000000
             */
            from: string;
            kind: components["schemas"]["NewMarkKind"];
            /**
             * Properties
             * @description Empty: all of them.
             * @default []
             */
            properties?: string[];
            /**
             * Text
             * @description Why; a note must say something.
             * @default
             */
            text?: string;
            /**
             * To
             * @description Not included.
             * @example 2026-11-21T08:00:00Z
             * @example 1795248000000
             */
            to: string;
        };
        /**
         * MarkKind
         * @description What a person says of samples. `bad` and `deleted` change how they are read, `note` and `entered` do not.
         * @enum {string}
         */
        MarkKind: "bad" | "deleted" | "note" | "entered";
        /**
         * MarkOut
         * @description A mark, who made it and whether it still holds.
         */
        MarkOut: {
            /**
             * From
             * Format: date-time
             */
            from: string;
            /** Id */
            id: string;
            kind: components["schemas"]["MarkKind"];
            /**
             * Made At
             * Format: date-time
             */
            made_at: string;
            /** Made By */
            made_by: string;
            /** Properties */
            properties: string[];
            /**
             * Target
             * @description What was named: device/pump-1 or asset/pump-1.
             */
            target: string;
            /** Text */
            text: string;
            /**
             * To
             * Format: date-time
             */
            to: string;
            /** Undone At */
            undone_at: string | null;
            /** Undone By */
            undone_by: string | null;
        };
        /**
         * Marks
         * @description Marks, newest first.
         */
        Marks: {
            /** Items */
            items: components["schemas"]["MarkOut"][];
            /** Next */
            next: string | null;
        };
        /**
         * Me
         * @description Who is signed in and what it may do.
         */
        Me: {
            /**
             * Actions
             * @description What the roles (and a token's scopes) allow.
             */
            actions: components["schemas"]["Action"][];
            entry: components["schemas"]["Entry"];
            /** Expires At */
            expires_at?: string | null;
            /** Kind */
            kind: string;
            /** Language */
            language: string;
            /** Must Change Password */
            must_change_password: boolean;
            /** Name */
            name: string;
            /** Roles */
            roles: components["schemas"]["Role"][];
            /**
             * Server Time
             * Format: date-time
             */
            server_time: string;
            /** Tenant */
            tenant: string;
        };
        /**
         * MessageLedger
         * @description The platform's messages: accounted + pending = stored in the stream. Platform operators see it.
         */
        MessageLedger: {
            /** Accounted */
            accounted: number;
            /** Balanced */
            balanced: boolean;
            /** First Sequence */
            first_sequence: number;
            /** Holes */
            holes: components["schemas"]["HoleOut"][];
            /** Incarnation */
            incarnation: string;
            /** Last Sequence */
            last_sequence: number;
            /** Overlaps */
            overlaps: number;
            /** Pending */
            pending: number;
        };
        /**
         * MinuteOut
         * @description Samples of one minute of receipt by outcome.
         */
        MinuteOut: {
            /**
             * Minute
             * Format: date-time
             */
            minute: string;
            /** Outcomes */
            outcomes: {
                [key: string]: number;
            };
        };
        /**
         * Name
         * @description What people call it. One language stands in for the other; plain text stands for both.
         */
        Name: {
            /**
             * En
             * @default
             */
            en?: string;
            /**
             * Zh
             * @default
             */
            zh?: string;
        };
        /**
         * NewMarkKind
         * @description What a person may say of a time: `bad` keeps the values and counts none, `deleted` hides them, `note` explains.
         * @enum {string}
         */
        NewMarkKind: "bad" | "deleted" | "note";
        /**
         * NewPassword
         * @description A password change by its owner.
         */
        NewPassword: {
            /** Current Password */
            current_password: string;
            /** New Password */
            new_password: string;
        };
        /**
         * NewPlace
         * @description A place to be created under `parent` (a path; None: a site).
         */
        NewPlace: {
            /** Key */
            key: string;
            name: components["schemas"]["Name"];
            /** Parent */
            parent?: string | null;
            /** Time Zone */
            time_zone?: string | null;
        };
        /**
         * NodeReport
         * @description The whole state of one edge node at `at`.
         */
        NodeReport: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            buffer: components["schemas"]["BufferReport"];
            /**
             * Capacity Per S
             * @description Samples a second that the node can carry, by what they have cost it so far.
             * @default 0
             */
            capacity_per_s?: number;
            configuration: components["schemas"]["ConfigurationReport"];
            /**
             * Connections
             * @default []
             */
            connections?: components["schemas"]["ConnectionReport"][];
            /**
             * Cpu Seconds
             * @default 0
             */
            cpu_seconds?: number;
            /**
             * Cpu Share
             * @description Of one core.
             * @default 0
             */
            cpu_share?: number;
            /** Node */
            node: string;
            /** Reason */
            reason: string;
            /**
             * Rss Bytes
             * @default 0
             */
            rss_bytes?: number;
            /**
             * Samples Per S
             * @default 0
             */
            samples_per_s?: number;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** State */
            state: string;
            /** Version */
            version: string;
        };
        /**
         * OperationKind
         * @description What kind of management a command is; requirement C05 counts the kinds.
         * @enum {string}
         */
        OperationKind: "start" | "stop" | "reset" | "restart" | "setpoint" | "parameter" | "mode" | "enable" | "disable" | "schedule" | "calibrate" | "diagnose" | "acknowledge" | "lock" | "unlock" | "maintenance" | "configuration" | "firmware" | "other";
        /**
         * OperationOut
         * @description One kind of management operation.
         */
        OperationOut: {
            /** Devices */
            devices: number;
            /**
             * Done
             * @description How often, to 10,000; null: not counted by kind.
             */
            done: number | null;
            /**
             * Is Command
             * @description Declared by device types; else a verb of the platform.
             */
            is_command: boolean;
            /** Kind */
            kind: string;
            name: components["schemas"]["Name"];
            /** Types */
            types: string[];
        };
        /**
         * Operations
         * @description The catalogue of management operations, and how many kinds it has.
         */
        Operations: {
            /** Items */
            items: components["schemas"]["OperationOut"][];
            /** Kinds */
            kinds: number;
        };
        /**
         * Option
         * @description One value an enumeration may take.
         */
        Option: {
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            name?: components["schemas"]["Name"];
            /** Value */
            value: string;
        };
        /**
         * Overview
         * @description Is the plant all right, is the platform: figures and sentences.
         */
        Overview: {
            /** Abnormal */
            abnormal: components["schemas"]["AbnormalDevice"][];
            devices: components["schemas"]["DeviceTally"];
            ledger: components["schemas"]["SampleLedger"];
            /** Newest Age S */
            newest_age_s: number | null;
            platform_sentence: components["schemas"]["SentenceOut"];
            /** Points */
            points: number;
            /** Points Per S */
            points_per_s: number;
            /** Processes */
            processes: components["schemas"]["ProcessOut"][];
            sentence: components["schemas"]["SentenceOut"];
            /**
             * Server Time
             * Format: date-time
             */
            server_time: string;
            /** Stale Points */
            stale_points: number;
        };
        /**
         * Parameter
         * @description One argument of a command or field of an event.
         */
        Parameter: {
            /** Key */
            key: string;
            /** Max */
            max?: number | null;
            /** Min */
            min?: number | null;
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            name?: components["schemas"]["Name"];
            /**
             * Options
             * @default []
             */
            options?: components["schemas"]["Option"][];
            /**
             * Required
             * @default true
             */
            required?: boolean;
            /** @default number */
            type?: components["schemas"]["Kind"];
            /**
             * Unit
             * @default 1
             */
            unit?: string;
        };
        /**
         * PasswordReset
         * @description A new first password for somebody; unset: made up.
         */
        PasswordReset: {
            /** Password */
            password?: string | null;
        };
        /**
         * People
         * @description The people of the tenant.
         */
        People: {
            /** Items */
            items: components["schemas"]["Person"][];
        };
        /**
         * Person
         * @description Somebody who signs in. `name` is the login, unique in the tenant whatever its case.
         */
        Person: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Disabled */
            disabled: boolean;
            /** Display Name */
            display_name: string;
            /** Id */
            id: number;
            /**
             * Language
             * @enum {string}
             */
            language: "zh" | "en";
            /** Must Change Password */
            must_change_password: boolean;
            /** Name */
            name: string;
            /** Roles */
            roles: components["schemas"]["Role"][];
            /** Version */
            version: number;
        };
        /**
         * PersonChange
         * @description What to change of a person; only the fields given.
         */
        PersonChange: {
            /** Disabled */
            disabled?: boolean | null;
            /** Display Name */
            display_name?: string | null;
            /** Language */
            language?: ("zh" | "en") | null;
            /** Roles */
            roles?: components["schemas"]["Role"][] | null;
        };
        /**
         * PersonIn
         * @description Somebody to let in. The password must be changed at the first login.
         */
        PersonIn: {
            /**
             * Display Name
             * @default
             */
            display_name?: string;
            /**
             * Language
             * @default zh
             * @enum {string}
             */
            language?: "zh" | "en";
            /**
             * Name
             * @description The login, in any script; case does not matter.
             */
            name: string;
            /**
             * Password
             * @description Unset: made up and answered once.
             */
            password?: string | null;
            /** Roles */
            roles: components["schemas"]["Role"][];
        };
        /**
         * PersonMade
         * @description A new person; `password` is set when it was made up, shown this once.
         */
        PersonMade: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Disabled */
            disabled: boolean;
            /** Display Name */
            display_name: string;
            /** Id */
            id: number;
            /**
             * Language
             * @enum {string}
             */
            language: "zh" | "en";
            /** Must Change Password */
            must_change_password: boolean;
            /** Name */
            name: string;
            /** Password */
            password?: string | null;
            /** Roles */
            roles: components["schemas"]["Role"][];
            /** Version */
            version: number;
        };
        /**
         * Place
         * @description A node of the ISA-95 tree; `path` is `site/area/line/cell`. `time_zone` is the site's, also on what lies below it.
         */
        Place: {
            /** Id */
            id: number;
            /** Key */
            key: string;
            /**
             * Level
             * @enum {string}
             */
            level: "site" | "area" | "line" | "cell";
            name: components["schemas"]["Name"];
            /** Path */
            path: string;
            /** Time Zone */
            time_zone: string | null;
            /** Version */
            version: number;
        };
        /**
         * PlaceNode
         * @description A place with what lies below it; the counts cover everything below.
         */
        PlaceNode: {
            /**
             * Abnormal
             * @description Devices that are silent, refused or have stale points.
             * @default 0
             */
            abnormal?: number;
            /** Children */
            children?: components["schemas"]["PlaceNode"][];
            /**
             * Devices
             * @default 0
             */
            devices?: number;
            /** Id */
            id: number;
            /** Key */
            key: string;
            /**
             * Level
             * @enum {string}
             */
            level: "site" | "area" | "line" | "cell";
            name: components["schemas"]["Name"];
            /** Path */
            path: string;
            /** Time Zone */
            time_zone: string | null;
            /** Version */
            version: number;
        };
        /**
         * PlacePatch
         * @description What to change of a place; only the fields given.
         */
        PlacePatch: {
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            name?: components["schemas"]["Name"];
            /** Time Zone */
            time_zone?: string | null;
        };
        /**
         * Places
         * @description The places of the tenant in the order of the tree.
         */
        Places: {
            /** Items */
            items: components["schemas"]["Place"][];
        };
        /**
         * PlaceTree
         * @description The tenant's places as a tree. `unplaced` counts the devices at no place.
         */
        PlaceTree: {
            /** Sites */
            sites: components["schemas"]["PlaceNode"][];
            /**
             * Unplaced
             * @default 0
             */
            unplaced?: number;
            /**
             * Unplaced Abnormal
             * @default 0
             */
            unplaced_abnormal?: number;
        };
        /**
         * PointEntry
         * @description One point and the property of a device it speaks for. `address` is in the driver's own words.
         */
        PointEntry: {
            /** Address */
            address: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /** Device */
            device: string;
            /**
             * Expression
             * @description What is done with each value `x` before anything else, in the expression language: scaling, conversion, limits. Where it gives nothing the value is left out. Example: if(x > 0, in_unit(x, 'Cel'), null) with the unit [degF].
             */
            expression?: string | null;
            /**
             * Group
             * @default default
             */
            group?: string;
            /**
             * Name
             * @description Name within the connection; unset: device.property.
             */
            name?: string;
            /** Property */
            property: string;
            /**
             * Unit
             * @description The unit of `x` in the expression, as the machine gives it.
             * @default 1
             */
            unit?: string;
            /** @description The command that writes this point; unset: nobody can. */
            write?: components["schemas"]["Write"] | null;
        };
        /**
         * Problem
         * @description Every error answer (RFC 9457). `code` is stable; `detail` says what to do.
         */
        Problem: {
            /**
             * Code
             * @description Stable name of the failure; programs decide by it.
             */
            code: string;
            /**
             * Detail
             * @description What happened and what to do, for a person.
             */
            detail: string;
            /**
             * Details
             * @description Data for the screen: field, limit, since …
             */
            details?: {
                [key: string]: unknown;
            };
            /** Status */
            status: number;
            /** Title */
            title: string;
            /**
             * Trace Id
             * @description Finds the request in the platform's log.
             */
            trace_id: string;
            /**
             * Type
             * @description The code as a URN.
             */
            type: string;
        };
        /**
         * ProcessOut
         * @description One process of the platform in its own words.
         */
        ProcessOut: {
            /** Figures */
            figures: {
                [key: string]: unknown;
            };
            /** Pid */
            pid: number;
            /** Process */
            process: string;
            /** Reason */
            reason: string;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            state: components["schemas"]["ProcessState"];
        };
        /**
         * ProcessState
         * @description How a process says it is; `lost`: it says nothing any more.
         * @enum {string}
         */
        ProcessState: "starting" | "ready" | "degraded" | "lost";
        /**
         * Property
         * @description One property of a device type. `type` and `unit` decide its id; `expression` makes it a derived one.
         */
        Property: {
            /**
             * Access
             * @default read
             * @enum {string}
             */
            access?: "read" | "write" | "read_write";
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            description?: components["schemas"]["Name"];
            /** Expression */
            expression?: string | null;
            /**
             * Id
             * @default 0
             */
            id?: number;
            /** Key */
            key: string;
            /** Max */
            max?: number | null;
            /** Min */
            min?: number | null;
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            name?: components["schemas"]["Name"];
            /**
             * Options
             * @default []
             */
            options?: components["schemas"]["Option"][];
            /** Resolution */
            resolution?: number | null;
            /** Stale After S */
            stale_after_s?: number | null;
            /** @default number */
            type?: components["schemas"]["Kind"];
            /**
             * Unit
             * @default 1
             */
            unit?: string;
        };
        /**
         * QualityWord
         * @description The quality of a value in one word.
         * @enum {string}
         */
        QualityWord: "good" | "uncertain" | "bad";
        /**
         * QueryIn
         * @description One SELECT over `readings`, `latest` and `events` of the tenant.
         */
        QueryIn: {
            /**
             * Limit
             * @default 1000
             */
            limit?: number;
            /**
             * Sql
             * @example SELECT device, property, value FROM latest LIMIT 10
             */
            sql: string;
        };
        /**
         * QueryOut
         * @description The answer to SQL.
         */
        QueryOut: {
            /** Columns */
            columns: components["schemas"]["Column"][];
            /** Rows */
            rows: unknown[][];
            /** Truncated */
            truncated: boolean;
        };
        /**
         * ReadingIn
         * @description One value as it was read off.
         */
        ReadingIn: {
            /**
             * Observed At
             * @description Unset: now. The time of a stored sample: it is corrected.
             */
            observed_at?: string | null;
            /** Property */
            property: string;
            /**
             * Unit
             * @description Unset: the property's own; another one is converted.
             */
            unit?: string | null;
            /** Value */
            value: number | boolean | string | unknown[] | {
                [key: string]: unknown;
            } | null;
        };
        /**
         * ReadingsIn
         * @description Values entered by hand.
         */
        ReadingsIn: {
            /** Readings */
            readings: components["schemas"]["ReadingIn"][];
            /**
             * Text
             * @description Why, for the record.
             * @default
             */
            text?: string;
        };
        /**
         * Rehearsal
         * @description What sending would do; nothing was sent.
         */
        Rehearsal: {
            /** Arguments */
            arguments: {
                [key: string]: unknown;
            };
            /** Connected */
            connected: boolean;
            /** Device */
            device: string;
            /** Needs Second Person */
            needs_second_person: boolean;
            /** To */
            to: string;
        };
        /**
         * Rejection
         * @description Why a command is not sent.
         */
        Rejection: {
            /**
             * Reason
             * @default
             */
            reason?: string;
        };
        /**
         * Replayed
         * @description How many letters were sent again.
         */
        Replayed: {
            /** Replayed */
            replayed: number;
        };
        /**
         * ReplayIn
         * @description Which letters to send again.
         */
        ReplayIn: {
            /** Ids */
            ids: string[];
        };
        /**
         * ReportOut
         * @description The last report of an edge node; null before the first.
         */
        ReportOut: {
            /** Received At */
            received_at: string | null;
            report: components["schemas"]["NodeReport"] | null;
            sentence: components["schemas"]["SentenceOut"];
        };
        /**
         * Role
         * @description What a person may do inside a tenant; `platform_operator` stands above tenants.
         * @enum {string}
         */
        Role: "platform_operator" | "tenant_admin" | "engineer" | "operator" | "viewer" | "developer" | "park_manager" | "auditor";
        /**
         * Rotated
         * @description A new credential, shown this once; the former one is refused from now on.
         */
        Rotated: {
            credential: components["schemas"]["Credential"];
        };
        /**
         * RowProblem
         * @description Why one row was not taken.
         */
        RowProblem: {
            /** Code */
            code: string;
            /** Column */
            column: string;
            /** Detail */
            detail: string;
            /**
             * Row
             * @description Data rows count from 1, the heading not among them.
             */
            row: number;
        };
        /**
         * SampleLedger
         * @description The tenant's samples: decoded = written + rejected.
         */
        SampleLedger: {
            /** Balanced */
            balanced: boolean;
            /** Decoded */
            decoded: number;
            /**
             * Rejected
             * @description By reason.
             */
            rejected: {
                [key: string]: number;
            };
            /** Written */
            written: number;
        };
        /**
         * SentenceOut
         * @description One sentence in both languages.
         */
        SentenceOut: {
            /** En */
            en: string;
            /** Zh */
            zh: string;
        };
        /**
         * SessionOut
         * @description One open login.
         */
        SessionOut: {
            /** Address */
            address: string;
            /** Agent */
            agent: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            entry: components["schemas"]["Entry"];
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Id */
            id: number;
            /**
             * Is Current
             * @default false
             */
            is_current?: boolean;
            /**
             * Last Used At
             * Format: date-time
             */
            last_used_at: string;
        };
        /**
         * Sessions
         * @description The caller's open logins, newest first.
         */
        Sessions: {
            /** Items */
            items: components["schemas"]["SessionOut"][];
        };
        /**
         * State
         * @description How a device stands.
         * @enum {string}
         */
        State: "reporting" | "stale" | "silent" | "never" | "refused" | "unknown";
        /**
         * Taken
         * @description The platform has it: from here on it is not lost.
         */
        Taken: {
            /** Sequence */
            sequence: number;
        };
        /**
         * Tenant
         * @description An organisation; everything else belongs to one.
         */
        Tenant: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Id */
            id: number;
            /** Key */
            key: string;
            name: components["schemas"]["Name"];
            /** Version */
            version: number;
        };
        /**
         * TenantIn
         * @description A tenant to make, with its first administrator.
         */
        TenantIn: {
            /**
             * Admin
             * @default admin
             */
            admin?: string;
            /** Key */
            key: string;
            name: components["schemas"]["Name"];
        };
        /**
         * TenantMade
         * @description A new tenant and the first password of its administrator, shown this once.
         */
        TenantMade: {
            /** Admin */
            admin: string;
            /** Password */
            password: string;
            tenant: components["schemas"]["Tenant"];
        };
        /**
         * Tenants
         * @description All tenants.
         */
        Tenants: {
            /** Items */
            items: components["schemas"]["Tenant"][];
        };
        /**
         * TokenIn
         * @description A machine token to make; its roles are the maker's, narrowed by the scopes.
         */
        TokenIn: {
            /**
             * Expires In Days
             * @description null: until it is revoked.
             * @default 365
             */
            expires_in_days?: number | null;
            /** Name */
            name: string;
            /** Scopes */
            scopes: components["schemas"]["Action"][];
        };
        /**
         * TokenMade
         * @description A new token with its secret, shown this once.
         */
        TokenMade: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Expires At */
            expires_at: string | null;
            /** Id */
            id: number;
            /** Last Used At */
            last_used_at: string | null;
            /** Name */
            name: string;
            /** Scopes */
            scopes: components["schemas"]["Action"][];
            /** Secret */
            secret: string;
        };
        /**
         * TokenOut
         * @description One machine token; the secret is shown once, when it is made.
         */
        TokenOut: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /** Expires At */
            expires_at: string | null;
            /** Id */
            id: number;
            /** Last Used At */
            last_used_at: string | null;
            /** Name */
            name: string;
            /** Scopes */
            scopes: components["schemas"]["Action"][];
        };
        /**
         * Tokens
         * @description The tenant's machine tokens, newest first.
         */
        Tokens: {
            /** Items */
            items: components["schemas"]["TokenOut"][];
        };
        /**
         * Topology
         * @description Every layer of the platform, none empty.
         */
        Topology: {
            /** Layers */
            layers: components["schemas"]["LayerOut"][];
        };
        /**
         * TotalIs
         * @description Whether `total` was counted to the end.
         * @enum {string}
         */
        TotalIs: "exact" | "at_least";
        /**
         * TypeChange
         * @description What a put did: property keys by what became of them. `replaced` got a new id because kind or unit differ.
         */
        TypeChange: {
            /**
             * Added
             * @default []
             */
            added?: string[];
            /**
             * Changed
             * @default []
             */
            changed?: string[];
            /**
             * Replaced
             * @default []
             */
            replaced?: string[];
            /**
             * Retired
             * @default []
             */
            retired?: string[];
            /**
             * Revived
             * @default []
             */
            revived?: string[];
            type: components["schemas"]["DeviceType"];
        };
        /**
         * TypeDraft
         * @description A device type as its author writes it.
         */
        TypeDraft: {
            /**
             * Commands
             * @default []
             */
            commands?: components["schemas"]["Command"][];
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            description?: components["schemas"]["Name"];
            /**
             * Events
             * @default []
             */
            events?: components["schemas"]["Event"][];
            /** Key */
            key: string;
            /**
             * @default {
             *       "en": "",
             *       "zh": ""
             *     }
             */
            name?: components["schemas"]["Name"];
            /**
             * Properties
             * @default []
             */
            properties?: components["schemas"]["Property"][];
        };
        /**
         * ValueHistories
         * @description Moments of one property at which a value was corrected, newest first.
         */
        ValueHistories: {
            /** Items */
            items: components["schemas"]["ValueHistory"][];
            /** Property */
            property: string;
            /** Symbol */
            symbol: string;
            /** Unit */
            unit: string;
        };
        /**
         * ValueHistory
         * @description The values of one moment, oldest first.
         */
        ValueHistory: {
            /**
             * Observed At
             * Format: date-time
             */
            observed_at: string;
            /** Versions */
            versions: components["schemas"]["ValueVersion"][];
        };
        /**
         * ValueVersion
         * @description One value that stood or stands at a point and time.
         */
        ValueVersion: {
            /**
             * Device
             * @description Who spoke.
             */
            device: string | null;
            /**
             * Entered By
             * @description Who entered it by hand.
             */
            entered_by?: string | null;
            quality: components["schemas"]["QualityWord"];
            /**
             * Reason
             * @description The status code's name; good_edited: entered by hand.
             */
            reason: string;
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
            /** Status */
            status: number;
            /**
             * Superseded At
             * @description null: it stands.
             */
            superseded_at: string | null;
            /**
             * Text
             * @description Why it was entered.
             * @default
             */
            text?: string;
            /** Value */
            value: number | boolean | string | unknown[] | {
                [key: string]: unknown;
            } | null;
        };
        /**
         * WaveformOut
         * @description One waveform as it is listed.
         */
        WaveformOut: {
            /** Count */
            count: number;
            /** Device */
            device: string | null;
            /** Duration S */
            duration_s: number;
            /** Name */
            name: string;
            /**
             * Observed At
             * Format: date-time
             * @description Of the first sample.
             */
            observed_at: string;
            /** Peak */
            peak: number;
            /**
             * Rate
             * @description Samples a second.
             */
            rate: number;
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
            /** Rms */
            rms: number;
            /** Symbol */
            symbol: string;
            /** Unit */
            unit: string;
        };
        /**
         * Waveforms
         * @description Waveforms, newest first.
         */
        Waveforms: {
            /** Items */
            items: components["schemas"]["WaveformOut"][];
        };
        /**
         * WaveformView
         * @description One waveform for a chart: at most 4,000 of its samples, lows and highs kept, and its amplitude spectrum.
         */
        WaveformView: {
            /**
             * Amplitudes
             * @description Peak amplitude in the waveform's unit; Hann window.
             */
            amplitudes: number[];
            /** Count */
            count: number;
            /**
             * Crest
             * @description Peak over root mean square.
             */
            crest: number;
            /** Device */
            device: string | null;
            /** Duration S */
            duration_s: number;
            /**
             * Frequencies
             * @description Hz.
             */
            frequencies: number[];
            /** Name */
            name: string;
            /**
             * Observed At
             * Format: date-time
             * @description Of the first sample.
             */
            observed_at: string;
            /** Peak */
            peak: number;
            /**
             * Rate
             * @description Samples a second.
             */
            rate: number;
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
            /** Rms */
            rms: number;
            /** Seconds */
            seconds: number[];
            /** Symbol */
            symbol: string;
            /** Unit */
            unit: string;
            /** Values */
            values: number[];
        };
        /**
         * Write
         * @description A command of the point's device that writes the point; it is read back before the command is answered.
         */
        Write: {
            /**
             * Argument
             * @description Whose value is written; unset: the one named like the property, or the only one.
             */
            argument?: string | null;
            /** Command */
            command: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_about: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["About"];
                };
            };
        };
    };
    list_assets: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string | null;
                /** @description Most items of a page. */
                limit?: number;
                /** @description Path of a place; everything below it is included. */
                place?: string | null;
                /** @description Words to find in key or name. */
                q?: string | null;
                /** @description Key of the device type. */
                type?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssetPage"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_asset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssetIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_asset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_bindings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bindings"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    bind_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BindingIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Binding"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unbind_device: {
        parameters: {
            query?: {
                /** @description Unset: now. */
                at?: string | null;
            };
            header?: never;
            path: {
                /** @description The key. */
                device: string;
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_asset_history: {
        parameters: {
            query: {
                aggregate?: components["schemas"]["Aggregate"];
                /** @description `next` of the page before. */
                cursor?: string | null;
                /** @description ISO 8601 or milliseconds, included; unset: an hour before `to`. */
                from?: string | null;
                /** @description Most rows with aggregate raw; `next` continues. */
                limit?: number;
                /** @description Most rows, unless aggregate is raw. */
                points?: number;
                /** @description As JSON one property; as a file up to 50. */
                property: string[];
                /** @description ISO 8601 or milliseconds, not included; unset: now. */
                to?: string | null;
            };
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As JSON, or as a file by `Accept`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                    "application/vnd.apache.arrow.stream": string;
                    "application/vnd.apache.parquet": string;
                    "text/csv": string;
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_asset_latest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Latest"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_asset_versions: {
        parameters: {
            query: {
                /** @description One moment; everything that stood then, corrected or not. */
                at?: string | null;
                /** @description ISO 8601 or milliseconds, included. */
                from?: string | null;
                property: string;
                /** @description ISO 8601 or milliseconds, not included. */
                to?: string | null;
            };
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValueHistories"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_audit: {
        parameters: {
            query?: {
                action?: string | null;
                actor?: string | null;
                /** @description `next` of the page before. */
                cursor?: string | null;
                from?: string | null;
                key?: string | null;
                kind?: string | null;
                /** @description Most items of a page. */
                limit?: number;
                outcome?: string | null;
                to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verify_audit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditVerdict"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sessions"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_access_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": components["schemas"]["Body_create_access_token"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessToken"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_command: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                command_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandOut"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approve_command: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                command_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandOut"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reject_command: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                command_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Rejection"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandOut"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_dead_letters: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string | null;
                /** @description Key of the device that sent it. */
                device?: string | null;
                limit?: number;
                /** @description Stable code of the reason. */
                reason?: string | null;
                /** @description What belongs to no known tenant; for platform operators. */
                unknown?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetters"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_dead_letter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                letter_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_dead_letters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    count_devices: {
        parameters: {
            query?: {
                /** @description Key of the device that speaks for them. */
                gateway?: string | null;
                /** @description Path of a place; everything below it is included. */
                place?: string | null;
                /** @description Words to find in key or name. */
                q?: string | null;
                /** @description How they stand. */
                state?: components["schemas"]["State"] | null;
                /** @description Key of the device type. */
                type?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Facets"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_device_list_template: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": unknown;
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_device_types: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceTypes"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_device_type: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TypeDraft"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceType"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_device_type: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceType"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_device_type: {
        parameters: {
            query?: {
                /** @description Allow properties to change what they hold; their history stays under the former id. */
                replace?: boolean;
                /** @description The version the change is meant for; another one is a conflict. */
                version?: number | null;
            };
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TypeDraft"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TypeChange"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_device_type: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_devices: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string | null;
                /** @description Key of the device that speaks for them. */
                gateway?: string | null;
                /** @description Most items of a page. */
                limit?: number;
                /** @description Path of a place; everything below it is included. */
                place?: string | null;
                /** @description Words to find in key or name. */
                q?: string | null;
                /** @description How they stand. */
                state?: components["schemas"]["State"] | null;
                /** @description Key of the device type. */
                type?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DevicePage"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_device: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceMade"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceOut"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_device: {
        parameters: {
            query?: {
                /** @description The version the change is meant for; another one is a conflict. */
                version?: number | null;
            };
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceOut"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_device_bindings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bindings"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    clone_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CloneIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceMade"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_commands: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Commands"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    send_command: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
                /** @description The key. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandOut"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rehearse_command: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
                /** @description The key. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rehearsal"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_device_connection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceConnection"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotate_credential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rotated"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_credential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_device_events: {
        parameters: {
            query?: {
                /** @description `next` of the page before. */
                cursor?: string | null;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Events"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_device_history: {
        parameters: {
            query: {
                aggregate?: components["schemas"]["Aggregate"];
                /** @description `next` of the page before. */
                cursor?: string | null;
                /** @description ISO 8601 or milliseconds, included; unset: an hour before `to`. */
                from?: string | null;
                /** @description Most rows with aggregate raw; `next` continues. */
                limit?: number;
                /** @description Most rows, unless aggregate is raw. */
                points?: number;
                /** @description As JSON one property; as a file up to 50. */
                property: string[];
                /** @description ISO 8601 or milliseconds, not included; unset: now. */
                to?: string | null;
            };
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As JSON, or as a file by `Accept`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                    "application/vnd.apache.arrow.stream": string;
                    "application/vnd.apache.parquet": string;
                    "text/csv": string;
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_device_latest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Latest"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enter_readings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReadingsIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entered"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_device_versions: {
        parameters: {
            query: {
                /** @description One moment; everything that stood then, corrected or not. */
                at?: string | null;
                /** @description ISO 8601 or milliseconds, included. */
                from?: string | null;
                property: string;
                /** @description ISO 8601 or milliseconds, not included. */
                to?: string | null;
            };
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValueHistories"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_waveforms: {
        parameters: {
            query?: {
                /** @description Included; unset: 30 days before `to`. */
                from?: string | null;
                limit?: number;
                name?: string | null;
                /** @description Not included; unset: now. */
                to?: string | null;
            };
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waveforms"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_waveform: {
        parameters: {
            query?: {
                /** @description Time of the first sample; unset: the newest. */
                at?: string | null;
            };
            header?: never;
            path: {
                /** @description The key. */
                key: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As JSON, or as a file by `Accept`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WaveformView"];
                    "application/vnd.apache.arrow.stream": string;
                    "application/vnd.apache.parquet": string;
                    "text/csv": string;
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_devices_in_bulk: {
        parameters: {
            query?: {
                /** @description Only check. */
                dry_run?: boolean;
                /** @description Give each device a login, answered this once. */
                logins?: boolean;
                /** @description What to make when rows are at fault: the rest, or nothing at all. */
                on_fault?: "rest" | "nothing";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>[];
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                "application/x-ndjson": string;
                "text/csv": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkReport"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_drivers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Drivers"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_driver: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DriverForm"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_edge_nodes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EdgeNodes"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_edge_node: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EdgeNodeIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceMade"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_edge_node: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EdgeNodeOut"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_edge_node_configuration: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag the node has. */
                "if-none-match"?: string | null;
            };
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                };
            };
            /** @description Still the one of this ETag. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_edge_node_configuration: {
        parameters: {
            query?: {
                /** @description The version the change is meant for; another one is a conflict. */
                version?: number | null;
            };
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Configuration"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigurationOut"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    check_edge_node_configuration: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Configuration"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigurationCheck"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_edge_node_report: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportOut"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    import_history: {
        parameters: {
            query?: {
                /** @description Judge only; nothing is stored. */
                check?: boolean;
                /** @description Whose history it is, where no column says so. */
                device?: string | null;
                /** @description Of times without one, such as Asia/Shanghai; unset: those are refused. */
                zone?: string | null;
            };
            header?: {
                /** @description gzip, or nothing. */
                "content-encoding"?: string | null;
                "content-type"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/vnd.apache.parquet": string;
                "text/csv": string;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Imported"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_ledger: {
        parameters: {
            query?: {
                minutes?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ledger"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_live: {
        parameters: {
            query: {
                /** @description device.property, separated by commas; device.* for all of a device. */
                points: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_logs: {
        parameters: {
            query?: {
                /** @description Unset: a day before `to`. */
                from?: string | null;
                /** @description Unset: now. */
                to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A ZIP archive. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_management_operations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operations"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_marks: {
        parameters: {
            query?: {
                /** @description Marks on this asset's points. */
                asset?: string | null;
                /** @description `next` of the page before. */
                cursor?: string | null;
                /** @description Marks on this device's points. */
                device?: string | null;
                /** @description ISO 8601 or milliseconds, included. */
                from?: string | null;
                kind?: components["schemas"]["MarkKind"][];
                limit?: number;
                property?: string[];
                /** @description ISO 8601 or milliseconds, not included. */
                to?: string | null;
                /** @description Also those that were undone. */
                undone?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Marks"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    make_mark: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MarkIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MarkOut"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    undo_mark: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                mark_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MarkOut"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_overview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_places: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Places"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_place: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPlace"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Place"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_place: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The path, such as site/area/line. */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_place: {
        parameters: {
            query?: {
                /** @description The version the change is meant for; another one is a conflict. */
                version?: number | null;
            };
            header?: never;
            path: {
                /** @description The path, such as site/area/line. */
                path: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlacePatch"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Place"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_place_tree: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlaceTree"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    run_query: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QueryIn"];
            };
        };
        responses: {
            /** @description As JSON, or as a file by `Accept`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueryOut"];
                    "application/vnd.apache.arrow.stream": string;
                    "application/vnd.apache.parquet": string;
                    "text/csv": string;
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tenants: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenants"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantMade"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenMade"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revoke_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_topology: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Topology"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    send_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description gzip, or nothing. */
                "content-encoding"?: string | null;
            };
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    devices: Record<string, never>;
                };
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Taken"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    send_event: {
        parameters: {
            query?: never;
            header?: {
                /** @description gzip, or nothing. */
                "content-encoding"?: string | null;
            };
            path: {
                /** @description The key. */
                key: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never> | unknown[];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Taken"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    send_telemetry: {
        parameters: {
            query?: never;
            header?: {
                /** @description gzip, or nothing. */
                "content-encoding"?: string | null;
            };
            path: {
                /** @description The key. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never> | unknown[];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Taken"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    send_waveform: {
        parameters: {
            query?: never;
            header?: {
                /** @description gzip, or nothing. */
                "content-encoding"?: string | null;
            };
            path: {
                /** @description The key. */
                key: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Taken"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_users: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["People"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_user: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PersonIn"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonMade"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The login name, in any script. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The login name, in any script. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_user: {
        parameters: {
            query?: {
                /** @description The version the change is meant for; another one is a conflict. */
                version?: number | null;
            };
            header?: never;
            path: {
                /** @description The login name, in any script. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PersonChange"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description In conflict with what is there */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reset_password: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The login name, in any script. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordReset"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FirstPassword"];
                };
            };
            /** @description The request cannot be read */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not signed in */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not usable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    get_readiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Not ready, and why. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
}
