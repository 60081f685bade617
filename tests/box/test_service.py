"""iemd as it is installed: the unit, the commands, the data."""

from machine import HDA, as_user, expect


def test_the_installed_service_starts_and_knows_the_card_and_its_profiles(box):
    as_user("systemctl", "--user", "enable", "--now", "iemd")
    expect("the service", lambda: box.unit("ActiveState", "UnitFileState"),
           {"ActiveState": "active", "UnitFileState": "enabled"})
    status = box.json("status")
    assert (status["state"], status["mode"]) == ("no-profile", None), status
    expect("the outputs", lambda: [(output["id"], output["node"], output["port"], output["default"])
                                   for output in box.json("outputs")],
           [("card:pci-0000:00:02.0/analog-output-lineout", HDA, "analog-output-lineout", True)])
    shipped = [profile["id"] for profile in box.json("list") if profile["from"] == "shipped"]
    assert "bass-boost" in shipped and len(shipped) > 5, shipped
