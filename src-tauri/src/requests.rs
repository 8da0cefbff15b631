/// Hands the names of all requests of the agent's protocol that a page may make to a macro: those whose answers hold no secret, and those
/// whose do. Each is a Tauri command; `capabilities/` says which page may call which.
macro_rules! requests {
    ($consumer:ident) => {
        $consumer! {
            tell {
                status doctor doctor_directory exits why settings policy pause resume
                enroll_terms enroll enroll_as start_over_terms start_over primary primary_change
                unlock_terms unlock unlock_with_passphrase unlock_silently lock slot_add slot_remove
                recover_terms recover_drill
                templates logon_list logon_add logon_edit logon_rebind logon_remove logon_fill logon_capture logon_copy
                password_status password_settle
                prompts prompt_dismiss exclusions exclude include
                refresh syncing directory_login
                window_report windows window_pick template_record template_adopt template_explain
                audit organisation organisation_pin
                device_list device_join device_joined device_approve device_revoke
                operator_terms helpdesk_show helpdesk_log publish_plan publish_apply
            }
            show {
                logon_reveal password_reveal password_make password_change recover_setup recover helpdesk_recover
            }
        }
    };
}
