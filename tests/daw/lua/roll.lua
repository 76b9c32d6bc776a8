-- Plays a session without a display and prints what the host holds of a parameter meanwhile.
--
-- arg: the session's folder, its name, the parameter's name, how many seconds,
-- the sample rate.

local folder, name, wanted, seconds = arg[1], arg[2], arg[3], tonumber (arg[4])

assert (AudioEngine:set_backend ("None (Dummy)", "", ""), "there is no dummy backend")
AudioEngine:set_sample_rate (tonumber (arg[5]))
AudioEngine:set_buffer_size (1024)
assert (AudioEngine:start (false) == 0, "the dummy backend does not start")
local session = assert (load_session (folder, name), "the session can't be loaded")
local insert = session:route_by_name ("music"):nth_plugin (0):to_insert ()
local plugin = insert:plugin (0)

local control
for i = 0, plugin:parameter_count () - 1 do
	if plugin:parameter_is_control (i) then
		if plugin:parameter_label (i) == wanted then
			local kind = ARDOUR.AutomationType.PluginAutomation
			control = insert:to_automatable ():automation_control (
				Evoral.Parameter (kind, 0, i), false)
		end
	end
end
assert (control, "the plug-in has no parameter " .. wanted)

session:goto_start ()
sleep (1)
session:request_roll (ARDOUR.TransportRequestSource.TRS_UI)
for _ = 1, seconds do
	sleep (1)
	print (("at %d value %.6f"):format (session:transport_sample (), control:get_value ()))
end
session:request_stop (false, false, ARDOUR.TransportRequestSource.TRS_UI)
sleep (1)
session:save_state ("")
close_session ()
print ("done")
quit ()
