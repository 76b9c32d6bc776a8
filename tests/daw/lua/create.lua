-- Makes a session: music with Impasto on it, a brush in Impasto's sidechain, a bus for the snippets
-- and a MIDI track that hears Impasto's notes and controllers.
--
-- arg: the session's folder, its name, the sample rate. Audio regions and what the plug-in
-- remembers are put into the saved file afterwards: Ardour's scripts can import only where
-- there is an editor window.

local folder, name, rate = arg[1], arg[2], tonumber (arg[3])
local unlimited = ARDOUR.PresentationInfo.max_order

assert (AudioEngine:set_backend ("None (Dummy)", "", ""), "there is no dummy backend")
AudioEngine:set_sample_rate (rate)
AudioEngine:set_buffer_size (256)
assert (AudioEngine:start (false) == 0, "the dummy backend does not start")
local session = assert (create_session (folder, name, rate), "no session")

local function first (tracks)
	for track in tracks:iter () do return track end
	error ("no track")
end
local normal = ARDOUR.TrackMode.Normal
local music = first (session:new_audio_track (2, 2, nil, 1, "music", unlimited, normal, true))
local brush = first (session:new_audio_track (1, 1, nil, 1, "brush", unlimited, normal, true))
local one_midi = ARDOUR.ChanCount (ARDOUR.DataType ("midi"), 1)
local notes = first (session:new_midi_track (
	one_midi, one_midi, false, ARDOUR.PluginInfo (), nil, nil, 1, "midi", unlimited, normal, true))

local impasto = ARDOUR.LuaAPI.new_plugin (session, "Impasto", ARDOUR.PluginType.VST3, "")
assert (not impasto:isnil (), "Ardour does not know Impasto: was its bundle scanned?")
assert (music:add_processor_by_index (impasto, 0, nil, true) == 0, "Impasto can't be inserted")
local insert = impasto:to_insert ()

-- The sidechain: one port, which the brush's track feeds and nothing else does.
assert (music:add_sidechain (impasto) or insert:has_sidechain (), "no sidechain")
local function connect (from, to)
	assert (AudioEngine:connect (from, to) == 0, "can't connect " .. from .. " to " .. to)
end
local function ports (io)
	local names = {}
	for i = 0, io:n_ports ():n_total () - 1 do
		names[#names + 1] = io:nth (i):name ()
	end
	return names
end
brush:output ():disconnect_all (nil)
local from, to = ports (brush:output ()), ports (insert:sidechain_input ())
for _, port in ipairs (to) do connect (from[1], port) end

-- With more than two outputs Ardour pans all of them among all of them.
music:panner_shell ():set_bypassed (true)
assert (music:panner_shell ():bypassed (), "the panner is not bypassed")

-- The snippets' own bus goes to a route of its own, the notes to the MIDI track.
local out = ports (music:output ())
local bus = first (session:new_audio_route (
	2, 2, nil, 1, "snippets", ARDOUR.PresentationInfo.Flag.AudioBus, unlimited))
local bus_in = ports (bus:input ())
connect (out[3], bus_in[1])
connect (out[4], bus_in[2])
for _, port in ipairs (out) do
	if port:find ("midi") then connect (port, ports (notes:input ())[1]) end
end
session:save_state ("")
close_session ()
print ("done")
quit ()
