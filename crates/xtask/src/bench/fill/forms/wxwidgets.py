"""A logon form of wxWidgets. OK, or Return in the password, prints `user|password`."""
import sys

import wx

application = wx.App()
dialog = wx.Dialog(None, title=sys.argv[1])
sizer = wx.BoxSizer(wx.VERTICAL)
user = wx.TextCtrl(dialog)
password = wx.TextCtrl(dialog, style=wx.TE_PASSWORD)
button = wx.Button(dialog, wx.ID_OK)
button.SetLabel("OK")
for widget in (user, password, button):
    sizer.Add(widget)
button.SetDefault()
dialog.SetSizerAndFit(sizer)
user.SetFocus()
if dialog.ShowModal() == wx.ID_OK:
    print(user.GetValue() + "|" + password.GetValue(), flush=True)
