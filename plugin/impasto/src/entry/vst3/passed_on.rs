//! The interfaces of the class in which nothing is mended.

use vst3::Steinberg::Vst::ChannelContext::IInfoListenerTrait;
use vst3::Steinberg::Vst::{
    BusDirection, CString, IAttributeList, IProcessContextRequirementsTrait, IUnitInfoTrait,
    MediaType, ProgramListID, ProgramListInfo, String128, UnitID, UnitInfo,
};
use vst3::Steinberg::{IBStream, int16, int32, tresult, uint32};

use super::ImpastoClass;

impl IProcessContextRequirementsTrait for ImpastoClass {
    unsafe fn getProcessContextRequirements(&self) -> uint32 {
        // SAFETY: as the host called us.
        unsafe { self.inner.getProcessContextRequirements() }
    }
}

impl IInfoListenerTrait for ImpastoClass {
    unsafe fn setChannelContextInfos(&self, list: *mut IAttributeList) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.setChannelContextInfos(list) }
    }
}

impl IUnitInfoTrait for ImpastoClass {
    unsafe fn getUnitCount(&self) -> int32 {
        // SAFETY: as the host called us.
        unsafe { self.inner.getUnitCount() }
    }

    unsafe fn getUnitInfo(&self, index: int32, info: *mut UnitInfo) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.getUnitInfo(index, info) }
    }

    unsafe fn getProgramListCount(&self) -> int32 {
        // SAFETY: as the host called us.
        unsafe { self.inner.getProgramListCount() }
    }

    unsafe fn getProgramListInfo(&self, index: int32, info: *mut ProgramListInfo) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.getProgramListInfo(index, info) }
    }

    unsafe fn getProgramName(
        &self,
        list: ProgramListID,
        index: int32,
        name: *mut String128,
    ) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.getProgramName(list, index, name) }
    }

    unsafe fn getProgramInfo(
        &self,
        list: ProgramListID,
        index: int32,
        attribute: CString,
        value: *mut String128,
    ) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.getProgramInfo(list, index, attribute, value) }
    }

    unsafe fn hasProgramPitchNames(&self, list: ProgramListID, index: int32) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.hasProgramPitchNames(list, index) }
    }

    unsafe fn getProgramPitchName(
        &self,
        list: ProgramListID,
        index: int32,
        pitch: int16,
        name: *mut String128,
    ) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.getProgramPitchName(list, index, pitch, name) }
    }

    unsafe fn getSelectedUnit(&self) -> UnitID {
        // SAFETY: as the host called us.
        unsafe { self.inner.getSelectedUnit() }
    }

    unsafe fn selectUnit(&self, unit: UnitID) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.selectUnit(unit) }
    }

    unsafe fn getUnitByBus(
        &self,
        media: MediaType,
        direction: BusDirection,
        bus: int32,
        channel: int32,
        unit: *mut UnitID,
    ) -> tresult {
        // SAFETY: as the host called us.
        unsafe {
            self.inner
                .getUnitByBus(media, direction, bus, channel, unit)
        }
    }

    unsafe fn setUnitProgramData(
        &self,
        list_or_unit: int32,
        program: int32,
        data: *mut IBStream,
    ) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.setUnitProgramData(list_or_unit, program, data) }
    }
}
